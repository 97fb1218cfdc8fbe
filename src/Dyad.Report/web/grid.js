export function startGrids() {}
