/** The state of the paper's data sets for pages. */

/** Which of the paper's data sets are on this machine. CoNaLa ships with Graft. */
export interface PaperDataState {
  codealpacapy: "here" | "missing" | "coming";
}
