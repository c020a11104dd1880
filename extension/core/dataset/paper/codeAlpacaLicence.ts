/** The terms that a user accepts before Graft downloads CodeAlpacaPy, one per line. */

export const codeAlpacaLicence = [
  "CodeAlpaca, by Sahil Chaudhary (github.com/sahil280114/codealpaca), is licensed under CC BY-NC 4.0: not for commercial use.",
  "Its answers were written by OpenAI's text-davinci-003; OpenAI's terms may hold for them, too.",
  "Graft takes the 3,136 rows of it that are Python and checks them against the SHA-256 digests it knows: 2,194 instructions to train on, 314 to validate on, and 628 tasks for the benchmark.",
] as const;
