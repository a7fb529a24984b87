package changepoint

import (
	"math/rand/v2"
	"slices"
)

// A cluster is the part of a series between two changes.
type cluster struct {
	from  int       // index in the series
	order []int32   // of each value, its rank, in the order of the series
	value []float64 // by rank
	away  []float64 // by rank, the sum of the distances to all other values
	pairs float64   // the sum of the distances of all pairs

	ofLeft, ofRight []float64 // what a unit of left and of right takes from the strength, by split

	at int     // where the strongest change is, from 0; 0 if there is none
	q  float64 // its strength

	shuffle []int32
	tree    []node
}

// A node of a Fenwick tree over the ranks: how many values are there, and their sum.
type node struct {
	count int32
	sum   float64
}

func newCluster(series []float64, from int) *cluster {
	n := len(series)
	byValue := make([]int32, n)
	for i := range byValue {
		byValue[i] = int32(i)
	}
	slices.SortStableFunc(byValue, func(a, b int32) int {
		switch {
		case series[a] < series[b]:
			return -1
		case series[a] > series[b]:
			return 1
		}
		return 0
	})
	c := &cluster{from: from, order: make([]int32, n), value: make([]float64, n), away: make([]float64, n), tree: make([]node, n+1)}
	sum := 0.
	for rank, i := range byValue {
		c.order[i], c.value[rank] = int32(rank), series[i]
		sum += series[i]
	}
	below := 0.
	for rank, v := range c.value {
		c.away[rank] = (v*float64(rank) - below) + (sum - below - v*float64(n-rank))
		c.pairs += c.away[rank] / 2
		below += v
	}
	c.weigh()
	c.at, c.q = c.strongest(c.order)
	c.shuffle = slices.Clone(c.order)
	return c
}

// weigh sets ofLeft and ofRight. With m and k values on the sides, n in all, the strength is
//
//	m k / n (2 between / (m k) - 2 left / (m (m-1)) - 2 right / (k (k-1)))
//
// where between, left and right add up to pairs. Written as a sum of products it has no
// division, which would take half of the time of the permutations.
func (c *cluster) weigh() {
	n := float64(len(c.order))
	c.ofLeft, c.ofRight = make([]float64, len(c.order)), make([]float64, len(c.order))
	for i := least; i <= len(c.order)-least; i++ {
		m := float64(i)
		k := n - m
		c.ofLeft[i], c.ofRight[i] = 2/n*(1+k/(m-1)), 2/n*(1+m/(k-1))
	}
}

// shuffled is the strength of the strongest change after a shuffle of the values.
func (c *cluster) shuffled(random *rand.Rand) float64 {
	for i := len(c.shuffle) - 1; i > 0; i-- {
		j := random.Uint32N(uint32(i + 1))
		c.shuffle[i], c.shuffle[j] = c.shuffle[j], c.shuffle[i]
	}
	_, q := c.strongest(c.shuffle)
	return q
}

// strongest finds the split of the values, in some order, whose two sides differ most: the
// mean distance between the sides, less those within them. It moves the values from the
// right to the left one by one, and finds the sum of the distances to those on the left in
// log n steps. A matrix of all distances takes n squared for each permutation.
func (c *cluster) strongest(order []int32) (at int, q float64) {
	clear(c.tree)
	left, right := 0., c.pairs // sums of the distances of pairs within
	all := 0.                  // sum of the values on the left
	whole := 2 * c.pairs / float64(len(order))
	for i, rank := range order {
		v, m := c.value[rank], float64(i)
		count, sum := c.below(rank)
		near := v*(2*count-m) + all - 2*sum // to those on the left
		left, right = left+near, right-(c.away[rank]-near)
		c.add(rank, v)
		all += v
		if split := i + 1; split >= least && split <= len(order)-least {
			if strength := whole - left*c.ofLeft[split] - right*c.ofRight[split]; strength > q {
				at, q = split, strength
			}
		}
	}
	return at, q
}

// below counts and sums the values on the left with a lower rank.
func (c *cluster) below(rank int32) (count, sum float64) {
	n := int32(0)
	for i := rank; i > 0; i &= i - 1 {
		n, sum = n+c.tree[i].count, sum+c.tree[i].sum
	}
	return float64(n), sum
}

func (c *cluster) add(rank int32, v float64) {
	for i := rank + 1; int(i) < len(c.tree); i += i & -i {
		c.tree[i].count++
		c.tree[i].sum += v
	}
}
