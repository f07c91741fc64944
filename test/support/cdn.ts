/** Where the pages of the README and the guides load the library from; its files are those of the package. */
export const CDN = /https:\/\/(?:cdn\.jsdelivr\.net\/npm|unpkg\.com)\/isthmus@(\d+\.\d+)\//g;
