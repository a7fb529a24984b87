package results

import (
	"os"
	"strings"
)

// bootID is the kernel's own: containers of one machine share it.
func bootID() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
