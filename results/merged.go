package results

// MergedCPU is the file in profiles/ that holds the CPU profiles of all cells,
// each sample labelled by its cell.
const MergedCPU = "cpu.pb.gz"
