export function openLargeDirectory() { return { close: async () => {} }; }
