package scenarios

// Answers asks the questions of a plan without starting processes.
var Answers = answers
