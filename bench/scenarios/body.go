package scenarios

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// bodyFiles is how many captured bodies a scenario has.
const bodyFiles = 3

// writeBodies writes captured bodies, about so many KiB of JSON each, as a person's own
// service might answer: orders with lines, in a shape that no record of ours has.
func writeBodies(dir string, kib int, seed uint64) ([]string, error) {
	var out []string
	for i := range uint64(bodyFiles) {
		path := filepath.Join(dir, fmt.Sprintf("body%d-%d-%d.json", kib, seed, i))
		text, err := orders(kib<<10, rand.New(rand.NewPCG(seed, i)))
		if err == nil {
			err = os.WriteFile(path, text, 0o600)
		}
		if err != nil {
			return nil, fmt.Errorf("write a captured body: %w", err)
		}
		out = append(out, path)
	}
	return out, nil
}

func orders(size int, r *rand.Rand) ([]byte, error) {
	b := []byte(`{"orders":[`)
	for n := 0; len(b) < size; n++ {
		if n > 0 {
			b = append(b, ',')
		}
		one, err := json.Marshal(order(n, r))
		if err != nil {
			return nil, err
		}
		b = append(b, one...)
	}
	return append(b, "]}"...), nil
}

func order(n int, r *rand.Rand) map[string]any {
	var lines []any
	for range 1 + r.IntN(4) {
		lines = append(lines, map[string]any{
			"sku": words(1, r), "count": 1 + r.IntN(9), "price": float64(r.IntN(1e6)) / 100, "note": words(r.IntN(8), r),
		})
	}
	return map[string]any{
		"id": n, "paid": r.IntN(2) == 0, "coupon": nil, "lines": lines,
		"customer": map[string]any{"name": words(2, r), "street": words(3, r), "since": 1990 + r.IntN(36)},
	}
}

func words(n int, r *rand.Rand) string {
	vocabulary := [...]string{"alder", "basin", "copper", "dune", "elder", "flint", "gorse", "harbour", "iris", "jetty"}
	out := make([]string, n)
	for i := range out {
		out[i] = vocabulary[r.IntN(len(vocabulary))]
	}
	return strings.Join(out, " ")
}
