/** Names that every operating system can give a file or a folder, because homes and exports move between machines. */

/** Windows opens devices by these names, with any ending: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const devices = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

/** Whether Windows takes the name as it is. It drops dots and spaces at the end, which would be another file. */
export function isPortableName(name: string): boolean {
  return !devices.test(name) && !/[. ]$/.test(name);
}
