# The program's conversation with the operator, errors and help aside.

label-error = error:

interrupt-first = Stopping once the message under way is done; nothing new will be started.
interrupt-second =
    Still waiting for the answer to the message under way, so that nothing is left in doubt.
    Ctrl-C once more ends at once: the message under way will be looked up by the next run.
interrupt-third = Ended. What was under way will be looked up by the next run.

log-unavailable = No log file: { $folder } cannot be written to ({ $error }).

config-ok = { $file }: all good. { $given ->
    [1] { $given } key set, the rest at their defaults.
   *[other] { $given } keys set, the rest at their defaults.
}
config-not-set = (not set)
config-default = default
config-from-database = from [database]
