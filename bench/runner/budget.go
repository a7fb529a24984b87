package runner

import (
	"time"

	"collatebench/results"
)

// resumedBudget is what a run has at least that is resumed without a whole round: it may have had
// too little for one.
const resumedBudget = 5 * time.Minute

// goOn counts the samples that a run has against its budget, if it has one.
func (o *Options) goOn(run *results.Run) error {
	if o.Budget == 0 {
		return nil
	}
	samples, err := run.Samples()
	if err != nil {
		return err
	}
	if len(results.CompleteRounds(run.Info(), samples)) == 0 {
		o.Budget = max(o.Budget, resumedBudget)
		return nil
	}
	for _, s := range samples {
		o.spent += time.Duration(s.Seconds * float64(time.Second))
	}
	return nil
}

// recordBudget puts the budget into the record: that of a run that goes on may be another than it
// began with.
func (x *experiment) recordBudget() error {
	info := x.run.Info()
	if info.Budget == x.Budget {
		return nil
	}
	info.Budget = x.Budget
	return x.run.SetInfo(info)
}

// left is what is left of the budget.
func (x *experiment) left() time.Duration { return x.Budget - x.spent - time.Since(x.began) }

// BudgetLeft is the time that a run which is resumed has, above 0; 0 for one without a budget.
func BudgetLeft(run *results.Run) (time.Duration, error) {
	o := Options{Budget: run.Info().Budget}
	if o.Budget == 0 {
		return 0, nil
	}
	err := o.goOn(run)
	return max(1, o.Budget-o.spent), err
}
