/**
 * The version of the rules by which a text may be read: secrets, generated and minified files. Text that was read by other rules is
 * read again. test/core/sources/rulesVersion.test.ts notices when they change.
 */
export const rulesVersion = 2;
