/** Writes SVG as text. Colours of text and axes are the page's, so that a chart fits dark themes as well as paper. */

type Attributes = Readonly<Record<string, string | number>>;

export function element(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(shown(value))}"`);
  return `<${name}${given.join("")}>${content.join("")}</${name}>`;
}

export function text(x: number, y: number, content: string, attributes: Attributes = {}): string {
  return element("text", { x, y, fill: "currentColor", ...attributes }, escaped(content));
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): string {
  return element("line", { x1, y1, x2, y2, stroke: "currentColor", ...attributes });
}

/** A tooltip, which screen readers read as the mark's name. */
export function titled(content: string, ...marks: readonly string[]): string {
  return element("g", {}, element("title", {}, escaped(content)), ...marks);
}

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly marks: readonly string[];
  /** The class by which pages recognize a drawing that must keep its size, because its text would be unreadable if they shrank it. */
  readonly className?: string;
}

/** Returns a complete SVG file. */
export function drawing({ width, height, title, marks, className }: Drawing): string {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    "aria-label": title,
    "font-family": "system-ui, sans-serif",
    "font-size": 12,
    ...(className !== undefined && { class: className }),
  };
  return `${element("svg", attributes, element("title", {}, escaped(title)), ...marks)}\n`;
}

/** Okabe and Ito's colours, which people with colour blindness can tell apart, dark enough for white paper. */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7f7f7f"] as const;

export function colourOf(series: number): string {
  return colours[series % colours.length]!;
}

/** Lines of the same colour differ by their dashes. */
export function dashOf(series: number): string {
  return ["none", "6 3", "2 3"][Math.floor(series / colours.length) % 3]!;
}

/** A marker whose shape also identifies the series. */
export function marker(series: number, x: number, y: number): string {
  const r = 5;
  const paint = { fill: colourOf(series), stroke: "none" };
  switch (series % 4) {
    case 0:
      return element("circle", { cx: x, cy: y, r, ...paint });
    case 1:
      return element("rect", { x: x - r + 0.5, y: y - r + 0.5, width: 2 * r - 1, height: 2 * r - 1, ...paint });
    case 2:
      return element("path", { d: `M${x} ${y - r - 1}L${x + r + 1} ${y + r}L${x - r - 1} ${y + r}Z`, ...paint });
    default:
      return element("path", {
        d: `M${x} ${y - r - 1}L${x + r + 1} ${y}L${x} ${y + r + 1}L${x - r - 1} ${y}Z`,
        ...paint,
      });
  }
}

function shown(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
