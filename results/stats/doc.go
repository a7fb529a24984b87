// Package stats makes numbers from the samples of a run or of two: medians, ratios
// paired by rounds and which of them differ ([Judge]), the noise floor of the A/A
// controls, the roof, the changes between two runs, and the gate on them ([Gate]).
//
//	request := []float64{178, 181, 169, 184, 175, 180} // MB/s, a value a round
//	collector := []float64{113, 110, 108, 117, 109, 112}
//	r, err := stats.NewRatio(request, collector)
//	if err != nil {
//		log.Fatal(err)
//	}
//	fmt.Printf("%.2f (%.2f-%.2f) in %d rounds\n", r.Mean, r.Low, r.High, r.Rounds)
//
// A ratio of pairs is the mean of the log ratios with a Student-t interval, in which rounds far
// from the others are clamped (Huber's Proposal 2): of five rounds one may be bad, of nine two. Of
// more bad ones nothing says which they are, and the interval becomes wide, as it does of up
// to four rounds. Without a bad one it is the mean. Six rounds of two equal cells, on drawn machines
// and on the A/A controls in testdata; percent of the intervals that cover 1, and their mean width in log ratio:
//
//	                          normal      1 in 10 1.5x slow  1 in 10 3x slow  t, 2 degrees  recorded
//	clamped (this)            94.9  .23   96.6  .40          97.7   .70       97.0  .29     95.4  .62
//	mean                      95.0  .23   96.6  .40          98.1   .88       96.9  .34     95.1  .62
//	20% trimmed (Yuen)        94.2  .28   95.9  .43          96.1   .71       95.8  .29     95.4  .72
//	Hodges-Lehmann, exact     96.9  .29   96.8  .52          96.8  1.12       96.9  .44     96.8  .79
//	Huber, from the MAD       94.5  .25   96.4  .41          96.8   .57       96.4  .28     95.1  .65
//	biweight                  93.9  .26   95.5  .42          94.5   .51       95.2  .27     94.5  .65
//
// Twelve rounds, where 1 in 10 is 3x slow: .38 clamped, .57 the mean, .34 trimmed. Of five rounds the
// trimmed interval of normal ones is half as wide again, and no exact one exists. The last two
// cover too little of five rounds and fewer (91 to 93% of normal ones), and, as half of the rounds set their scale,
// call two bad rounds of six outliers with confidence. Where one side alone has bad rounds, no
// method says what the truth is: that is a difference of the two. BenchmarkIntervals makes these
// figures, and those of other numbers of rounds.
//
// Of several machines the ratio is the mean of theirs, with the scatter between them ([Pairs]). Of eight
// machines with six rounds each whose true ratios differ by 0, 3 and 10% that covers the truth in 95.0, 94.7
// and 95.0% of 2,000 simulations, and an interval that takes all rounds as alike in 95.1, 93.8 and 80.1%; of six
// machines with 30 rounds, 10% apart, in 94.7 and 49.4% (TestMachines). A mixed model with weights was left out:
// variances of six rounds say less of a machine than the assumption that all are alike good.
//
// It knows no cause and prints nothing. A doubt, such as too few rounds for an
// interval, is a field beside the number that it doubts.
package stats
