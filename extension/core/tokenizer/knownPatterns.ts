/** The regular expressions by which the tokenizers of most models split a text into words. */

/** Graft's own base. */
export const graftWords =
  "(?:\\r?\\n[ \\t]*)+|[ \\t]{2,}|(?: |[^ \\t\\r\\n\\p{L}\\p{N}_])?[\\p{L}_]+|\\p{N}| ?[^ \\t\\r\\n\\p{L}\\p{N}_]+|[ \\t]|\\r";

/** Qwen 2 to 3. */
export const qwenWords =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

export const llama3Words =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
