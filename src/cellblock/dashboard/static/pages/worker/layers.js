// The layers of the jail: what each means, and how the report shows that it holds.

/** A layer: `means` and `without` are sentences; `steps`, `canaries` and `facts` are what the report has of it. */
const LAYERS = [
  { name: "language", means: "Its code may name only what the contract offers; anything else is an error that says what to use.", steps: ["generators"], by: "Its source is read before it is run. This layer is for comfort: the others hold without it." },
  { name: "seccomp", means: "The kernel refuses it files, sockets, threads, programs, executable memory and other processes.", steps: ["descriptors", "privileges", "seccomp"], canaries: ["open /", "stat /", "fork", "socket", "executable memory", "pipe", "kill self", "dup"], facts: ["NoNewPrivs", "Seccomp", "Seccomp_filters", "Threads", "descriptors"], without: "Linux 4.14 or newer; nothing runs without it." },
  { name: "landlock", means: "Another part of the kernel refuses it files, TCP and signals a second time.", steps: ["landlock"], canaries: ["landlock: open /"], without: "Linux 5.13 or newer, with landlock among the lsm= modules." },
  { name: "rlimits", means: "It gets no more memory than its share, leaves no core files, opens nothing, and dies with its parent.", steps: ["session", "rlimits", "parent"], facts: ["PPid"] },
  { name: "own uid", means: "It has an identity that nothing else on this machine has, so no other process takes it for its own.", steps: ["credentials"], facts: ["Uid", "Gid", "Groups"], without: "Run the service as root; the other layers do not need it." },
  { name: "capabilities", means: "It has none of root's privileges, and cannot get any.", steps: ["capabilities"], facts: ["CapInh", "CapPrm", "CapEff", "CapAmb"] },
  { name: "attestation", means: "The service looked at the finished jail from outside before it sent the source.", steps: ["canaries"], by: "All that stands here as seen from outside was read from /proc by the service, not told by the worker.", without: "Mount proc at /proc." },
  { name: "namespaces", means: "It would see no process, network or file system of the host, even if the filter failed.", steps: ["namespaces"], facts: ["namespaces"], without: "Run the service as root, or let ordinary users make user namespaces." },
  { name: "mdwe", means: "Memory that it wrote can never become code, whatever it asks for.", steps: ["mdwe"], canaries: ["mdwe: executable memory"], without: "Linux 6.3 or newer. The filter refuses the same." },
  { name: "listener", means: "It stops nothing more, but tells which forbidden call a worker was killed for.", steps: ["listener"], without: "Linux 5.0 or newer, with no other listener above. Forbidden calls kill either way." },
  { name: "core scheduling", means: "No other program runs on the same processor core at the same time, so it cannot listen there.", steps: ["core scheduling"], without: "Linux 5.14 or newer with CONFIG_SCHED_CORE, on a machine whose cores have siblings. Where they have none, nothing is missing." },
  { name: "cgroup", means: "The kernel counts its memory and processor time, and holds it to its share.", steps: [], facts: ["cgroup"], without: "Delegate a cgroup v2 with memory and pids to the service. The limits of the process hold memory without it." },
];

/**
 * What a report says of each layer: [{name, means, without, by, on, tried: [[call, error]], facts: [[name, value]]}]. A layer is on if the
 * report names it among none of the missing, has its steps, and shows each canary refused.
 */
export function judge(report) {
  const taken = new Set([...report.steps, ...report.zygote_steps]);
  return LAYERS.map(({ name, means, without, by, steps, canaries = [], facts = [] }) => {
    const refused = canaries.filter((one) => /^E[A-Z]+$/.test(report.canaries[one] || ""));
    const seen = facts.filter((one) => one in report.attested);
    const on = !report.missing.includes(name) && steps.every((one) => taken.has(one)) && refused.length === canaries.length && seen.length >= Math.min(1, facts.length);
    return {
      name, means, without, by, on,
      tried: refused.map((one) => [one.replace(/^(landlock|mdwe): /, ""), report.canaries[one]]),
      facts: seen.map((one) => [one, report.attested[one] || "none"]),
    };
  });
}
