/** The paper's data sets, as pages know them. */

/** Which of them are on this machine. CoNaLa ships with Graft. */
export interface PaperDataState {
  codealpacapy: "here" | "missing" | "coming";
}
