package outside_test

import (
	"os/exec"
	"testing"
)

// TestProgramsInGo: their module is not this one's, so go vet ./... of the project passes over them.
func TestProgramsInGo(t *testing.T) {
	cmd := exec.Command("go", "vet", "./...")
	cmd.Dir = "testdata/programs/go"
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
}
