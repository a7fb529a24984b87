package printable_test

import (
	"fmt"
	"os"

	"collatebench/internal/printable"
)

func Example() {
	fmt.Println(printable.String("stopped: \x1b]0;PWNED\x07"))
	w := printable.NewWriter(os.Stdout)
	fmt.Fprintln(w, "a name from a file: \xff\u202Egpj.exe")
	// Output:
	// stopped: \u001b]0;PWNED\u0007
	// a name from a file: \xff\u202egpj.exe
}
