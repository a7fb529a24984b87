package profiles

import (
	"bytes"
	"debug/elf"
	"encoding/hex"
	"errors"
	"net/http"
	"os/exec"

	"github.com/google/pprof/driver"
	"github.com/google/pprof/profile"
)

// objectTool chooses the tool with which pprof reads executables: binutils (nil) if
// that can work, else none. By itself pprof would open the file that is now at the
// executable's path, even if it is another build. And its source page stays empty
// if it can open that file but not disassemble it. Without an executable it makes
// the page from the lines in the profile.
func objectTool(p *profile.Profile) driver.ObjTool {
	if hasTool("objdump", "llvm-objdump") && isIntact(p) {
		return nil
	}
	return noObjects{}
}

func hasTool(names ...string) bool {
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			return true
		}
	}
	return false
}

// isIntact reports whether the executable that was profiled is still there, with
// its symbols.
func isIntact(p *profile.Profile) bool {
	if len(p.Mapping) == 0 {
		return false
	}
	f, err := elf.Open(p.Mapping[0].File)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = f.Symbols()
	return err == nil && buildID(f) == p.Mapping[0].BuildID
}

// buildID returns the GNU build ID, or "" if there is none. In the note it follows
// the owner, which is "GNU" and a zero byte.
func buildID(f *elf.File) string {
	s := f.Section(".note.gnu.build-id")
	if s == nil {
		return ""
	}
	data, err := s.Data()
	if err != nil {
		return ""
	}
	_, id, _ := bytes.Cut(data, []byte("GNU\x00"))
	return hex.EncodeToString(id)
}

// noObjects reads no executable.
type noObjects struct{}

var errNoObjects = errors.New("disassembly takes objdump and the executable that was profiled, with its symbols, where it was")

func (noObjects) Open(string, uint64, uint64, uint64, string) (driver.ObjFile, error) {
	return nil, errNoObjects
}

func (noObjects) Disasm(string, uint64, uint64, bool) ([]driver.Inst, error) {
	return nil, errNoObjects
}

// refuseDisassembly replaces pprof's page, which would say that nothing matches.
func refuseDisassembly(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, errNoObjects.Error(), http.StatusNotImplemented)
}
