"""One file for each facility of the kernel; each wraps its calls and decides nothing."""
