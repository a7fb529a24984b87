// Package rusage tells what a process of ours has used, as the kernel counts it.
//
//	began := rusage.SelfCPU()
//	for rusage.SelfCPU() == began { // until the clock of CPU time moves on
//	}
//	cmd := exec.Command("sh", "-c", "exit")
//	if err := cmd.Run(); err != nil {
//		log.Fatal(err)
//	}
//	fmt.Println("more than 100 kB:", rusage.MaxRSS(cmd.ProcessState) > 100e3)
//
// Where a system does not tell (Windows), both are 0, and Check says so: who makes
// figures of them must ask it first.
package rusage
