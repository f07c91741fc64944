// `isthmus/import`: models that other tools wrote.
export {};
