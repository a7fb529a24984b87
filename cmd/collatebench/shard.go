package main

import (
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"collatebench/bench/runner"
	"collatebench/results"
)

// Variables of an Indexed Job of Kubernetes. It sets the first one itself, from 0; the second one
// is for whoever writes the Job.
const (
	jobIndex  = "JOB_COMPLETION_INDEX"
	jobShards = "JOB_COMPLETIONS"
)

// shardOf is the shard that --shard or the environment names; nil for none. One of the two
// variables alone is an error: without the other each pod would take all the rounds.
func shardOf(c *cobra.Command, flag string, env func(string) string) (*results.Shard, error) {
	if c.Flags().Changed("shard") {
		s, err := results.ParseShard(flag)
		if err != nil {
			return nil, fmt.Errorf("--shard %w", err)
		}
		return &s, nil
	}
	index, of := env(jobIndex), env(jobShards)
	switch {
	case index == "" && of == "":
		return nil, nil
	case index == "":
		return nil, fmt.Errorf("%s=%q without %s: which of the shards is this? --shard 1/1 takes all rounds", jobShards, of, jobIndex)
	case of == "":
		return nil, fmt.Errorf("%s=%q without %s: of how many shards? --shard 1/1 takes all rounds", jobIndex, index, jobShards)
	}
	n, err := strconv.Atoi(index)
	if err != nil {
		return nil, fmt.Errorf("%s=%q is not a whole number from 0", jobIndex, index)
	}
	s, err := results.ParseShard(strconv.Itoa(n+1) + "/" + of)
	if err != nil {
		return nil, fmt.Errorf("%s=%q of %s=%q: no shard: the index is from 0 to one less than the shards, of which there are at most %d", jobIndex, index, jobShards, of, results.MaxShards)
	}
	return &s, nil
}

func shardFlag(fs *pflag.FlagSet, to *string) {
	fs.StringVar(to, "shard", "", fmt.Sprintf("take only a `share` of the rounds, such as 3/8 (default that of %s and %s), or go on with it; collatebench merge makes one run of all", jobIndex, jobShards))
}

// labelShard labels a shard, so that those of one plan are told apart in a folder.
func labelShard(o *runner.Options) {
	if o.Shard != nil && o.Label == "" {
		o.Label = fmt.Sprintf("shard-%d-of-%d", o.Shard.Index, o.Shard.Of)
	}
}

// shardsIn are the shards that a reference names: a run, or all shards in a folder of runs.
func shardsIn(c *cobra.Command, out, ref string) ([]*results.Run, error) {
	ids, err := results.List(ref)
	if err == nil && len(ids) > 0 {
		var shards []*results.Run
		for _, id := range ids {
			run, err := results.Open(filepath.Join(ref, id))
			if err != nil {
				return nil, err
			}
			if run.Info().Shard != nil {
				shards = append(shards, run)
			}
		}
		if len(shards) == 0 {
			return nil, usageError{fmt.Errorf("RUN %q: a folder of runs, and no shard is among them: bench --shard makes one", ref)}
		}
		return shards, nil
	}
	run, err := findRun(c.Context(), "", out, ref)
	if err != nil {
		return nil, usageError{fmt.Errorf("RUN %w", err)}
	}
	return []*results.Run{run}, nil
}
