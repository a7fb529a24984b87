// Package evidence turns the samples of a run into the plain numbers that package
// verdict asks for, and puts its verdicts beside the run's numbers: a [Reading].
//
// It also holds what a study records in a run folder and reads from it again: the
// interventions of `why` and the clients of `peers`. It knows cells and units of
// benchmark lines; it does not know when a cause holds, nor how anything is shown.
package evidence
