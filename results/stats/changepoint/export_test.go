package changepoint

// FindAt is Find at another significance.
var FindAt = find
