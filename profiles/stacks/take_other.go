//go:build !linux

package stacks

import "context"

// Take returns no samples here, and says so in Missing.
func Take(ctx context.Context, _ Options) (Samples, error) {
	if ctx.Err() != nil {
		return Samples{}, context.Cause(ctx)
	}
	return Samples{Missing: []string{"the stacks of a running program are to be had on Linux alone"}}, nil
}
