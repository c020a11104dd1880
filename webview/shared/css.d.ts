/** The build turns an imported style sheet into a file beside the script. */
declare module "*.css";
