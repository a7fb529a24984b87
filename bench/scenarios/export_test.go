package scenarios

// Answers asks the questions of a plan without starting processes.
var Answers = answers

// Despite is the outcome of a question that ended in an error.
var Despite = Outcome.despite
