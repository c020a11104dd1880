/** The colours of an element as a user sees them, and how well they can be told apart. */

import type { Locator } from "playwright-core";

export type Colour = readonly [red: number, green: number, blue: number];

/** Returns the colours at places of the element, given as parts of its width and height. */
export async function coloursOf(
  element: Locator,
  places: readonly (readonly [x: number, y: number])[],
): Promise<Colour[]> {
  const image = (await element.screenshot({ animations: "disabled" })).toString("base64");
  // A separate page, because the editor's policy blocks such an image.
  const page = await element.page().context().newPage();
  try {
    return await page.evaluate(
      async ([source, at]) => {
        const picture = new Image();
        picture.src = `data:image/png;base64,${source}`;
        await picture.decode();
        const canvas = new OffscreenCanvas(picture.width, picture.height);
        const context = canvas.getContext("2d")!;
        context.drawImage(picture, 0, 0);
        return at.map(([x, y]): [number, number, number] => {
          const { data } = context.getImageData(Math.floor(x * picture.width), Math.floor(y * picture.height), 1, 1);
          return [data[0]!, data[1]!, data[2]!];
        });
      },
      [image, places] as const,
    );
  } finally {
    await page.close();
  }
}

/** From 1 (the same) to 21 (black and white): www.w3.org/TR/WCAG22/#dfn-contrast-ratio. Anything but text needs 3. */
export function contrast(one: Colour, other: Colour): number {
  const [high = 0, low = 0] = [one, other].map(luminance).sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
