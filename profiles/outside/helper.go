package outside

import "strings"

// helpers begin the names of threads that a runtime has for itself: they collect garbage and
// compile, and run nothing of the program's. The kernel cuts names at 15 bytes.
var helpers = []string{
	// OpenJDK
	"GC Thread#", "G1 ", "ZWorker#", "Shenandoah", "ParGC", "VM Thread", "VM Periodic", "C1 Compiler", "C2 Compiler", "JVMCI", "Sweeper",
	"Finalizer", "Reference Handl", "Signal Dispatch", "Service Thread", "Monitor Deflati", "Common-Cleaner",
	// V8 and libuv
	"V8Worker", "DelayedTask", "SignalInspector",
	// .NET
	".NET Tiered", ".NET Server GC", ".NET BGC", ".NET Finalizer",
}

func isHelper(name string) bool {
	for _, prefix := range helpers {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
