package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestReadme checks the README's blocks of commands. A comment of Markdown before
// each block says how:
//
//	<!-- test: run -->    run the commands and compare their output
//	<!-- test: parse -->  check targets, variables, flags and folders, for commands
//	                      that take minutes or need another program
//
// In a block that begins with "$ ", such lines are commands and the others their
// output; else each line is a command. In output, a line "..." stands for any lines,
// and numbers are not compared. /tmp is a folder of the test's own.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := readBlocks(string(readme))
	if len(blocks) < 3 {
		t.Errorf("only %d blocks were found", len(blocks))
	}
	for _, b := range blocks {
		if err := b.check(t.Context(), t.TempDir()); err != nil {
			t.Errorf("README.md, line %d: %v", b.line, err)
		}
	}
}

// A block is one fenced block: commands with their output.
type block struct {
	line  int    // of the fence
	how   string // run or parse; "" if no comment says it
	steps []step
}
type step struct{ command, output string }

var (
	fenced  = regexp.MustCompile("(?m)^(?:<!-- test: (\\w+) -->\n)?```(\\w*)\n((?:.*\n)*?)```$")
	remark  = regexp.MustCompile(`\s+#.*`)
	started = regexp.MustCompile(`(?m)^\.build/collatebench (.*)`)
	folders = regexp.MustCompile(`\./\S*`)
)

func readBlocks(readme string) (blocks []block) {
	for _, m := range fenced.FindAllStringSubmatchIndex(readme, -1) {
		language, text := readme[m[4]:m[5]], readme[m[6]:m[7]]
		if language != "" { // mermaid or go
			continue
		}
		b := block{line: 1 + strings.Count(readme[:m[4]], "\n")}
		if m[2] >= 0 {
			b.how = readme[m[2]:m[3]]
		}
		session := strings.HasPrefix(text, "$ ")
		for line := range strings.Lines(text) {
			command, prompted := strings.CutPrefix(line, "$ ")
			command = strings.TrimSpace(remark.ReplaceAllString(command, ""))
			switch {
			case prompted:
				b.steps = append(b.steps, step{command: command})
			case session:
				b.steps[len(b.steps)-1].output += line
			case command != "":
				b.steps = append(b.steps, step{command, "..."})
			}
		}
		blocks = append(blocks, b)
	}
	return blocks
}

func (b block) check(ctx context.Context, dir string) error {
	if b.how != "run" && b.how != "parse" {
		return errors.New("no comment before the block says <!-- test: run --> or <!-- test: parse -->")
	}
	for _, s := range b.steps {
		err := parseCommand(ctx, s.command)
		if err == nil && b.how == "run" && !testing.Short() {
			err = s.run(ctx, dir)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.command, err)
		}
	}
	return nil
}

// parseCommand checks a command, and what make would start, without executing it.
func parseCommand(ctx context.Context, command string) error {
	name, args, _ := strings.Cut(command, " ")
	switch name {
	case "collatebench":
		return parses(command)
	case "make":
		recipe, err := shell(ctx, "make -n "+args)
		for _, m := range started.FindAllStringSubmatch(recipe, -1) {
			err = cmp.Or(err, parses("collatebench "+strings.Join(strings.Fields(m[1]), " ")))
		}
		return err
	case "go":
		for _, folder := range folders.FindAllString(args, -1) {
			if _, err := os.Stat(folder); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.New("this test does not know the command")
}

func (s step) run(ctx context.Context, dir string) error {
	got, err := shell(ctx, strings.ReplaceAll(s.command, "/tmp/", dir+"/"))
	if err != nil {
		return err
	}
	if want := masked(s.output); !anyLines(want).MatchString(masked(got)) {
		return fmt.Errorf("the README has\n%s\nand the output is\n%s", s.output, got)
	}
	return nil
}

// shell returns the standard output of a command. It ends one that hangs.
func shell(ctx context.Context, command string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	c := exec.CommandContext(ctx, "sh", "-c", command)
	c.Env = append(os.Environ(), "MAKEFLAGS=", "MAKELEVEL=") // make test has set them
	c.WaitDelay = time.Second                                // a child of the shell may live on
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%w\n%s%s", err, out, &errs)
	}
	return string(out), nil
}
