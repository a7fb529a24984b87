package runner

const maxrssUnit = 1 // bytes
