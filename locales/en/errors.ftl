# Errors that an operator meets: what happened and what is safe; under "-hint", what to do.

error-panic = Unexpected error in the program. What was recorded is safe. Details are in the log file.
error-unexpected = Unexpected error. What was recorded in the database is safe.
error-unexpected-hint = Run again with -vv and send the log file to support.
error-file = { $path } could not be read or written.
error-file-hint = Check that the user who runs wa-notify may use this folder.
error-file-hint-full = The disk is full: free some space and run again.
error-file-hint-missing = Check the path: the folder or file does not exist.
error-stdout = The output could not be written.
error-moved-clock = The clock was moved (--now or WA_NOTIFY_NOW) and the gateway is not on this machine. Nothing was sent.
error-moved-clock-hint = Remove --now and WA_NOTIFY_NOW: they are for tests and demonstrations only.
error-locked = A "wa-notify { $command }" is running with this configuration (process { $pid }, since { $since }). Nothing was done.
error-locked-unknown = Another wa-notify is running with this configuration. Nothing was done.
error-locked-hint = Wait until it is done and run again; under the scheduler, the next run sees to the rest.

database-unreachable = No Firebird server answers at { $address }. Nothing was changed.
database-unreachable-hint = Check that the Firebird service is running, that host and port are right, and that the firewall lets the port through.
database-login = Firebird refused { $user } at { $address }.
database-login-hint = Check the password; if it works in the ERP, use driver = "native" with a 64-bit fbclient.dll.
database-no-file = The server at { $address } could not open { $path }.
database-no-file-hint = The path is the SERVER's, not this machine's. Use the one in the ERP's configuration, or the alias.
database-driver = This server only takes an authentication or encryption that driver = "rust" does not speak.
database-driver-hint = In [database], use driver = "native" and client_library = 'C:\...\fbclient.dll' (64 bits).
database-library = The Firebird library could not be loaded: { $library }.
database-library-hint = Install the 64-bit Firebird client and point client_library at fbclient.dll (on Linux, libfbclient.so.2).
database-charset = The text does not fit the connection's character set.
database-charset-hint = In [database], try charset = "WIN1252"; "auto" takes the database's own.
database-permission = The database user may not do this.
database-permission-hint = Ask the database's administrator: reading for the ERP's tables; creating and writing for the WA_* tables.
database-timeout = The database did not answer within { $seconds } s ({ $during }). Nothing was left half done.
database-timeout-hint = Check the server's load and run again; if it is always so, raise query_timeout or connect_timeout.
database-lost = The connection to the database broke in mid-work. What was not committed did not happen.
database-lost-hint = Run again: wa-notify goes on where it stopped.
database-conflict = Another program is writing to the same records. Nothing was changed.
database-conflict-hint = Run again in a minute.
database-duplicate = The database refused a repeated record. Nothing was changed.
database-duplicate-hint = Another run may have done the same; see: wa-notify status
database-in-use = The database file is in use by another process.
database-in-use-hint = Close the other program, or reach the database through the server (set host).
database-io = The server had a disk error. Nothing was committed.
database-io-hint = Check the server's disk for space and health before running again.
database-interrupted = Interrupted as asked. Nothing was left half done.
database-interrupted-hint = Run again whenever you like: it goes on where it stopped.
database-other = The database refused the command (SQLCODE { $code }). Nothing was changed.
database-other-hint = The server's message above says why. If that is not enough, send it to support.

query-shipped = { $query } (query shipped with the program)
query-missing-column = { $query }: column { $column } is missing ({ $expected }).
query-missing-column-hint = There is a similar one: { $nearest }. Rename it with: { $nearest } AS { $column }
query-wrong-type = { $query }: column { $column } is { $found }; expected: { $expected }.
query-refused = { $query }: the database refused the query.
query-refused-line = { $query }, line { $line }: the database refused the query.
query-row-count = { $query }: must deliver exactly one row, delivered { $found }.
query-unreadable = { $query }: the file could not be read or is empty.
query-hint-file = Mend the file and run again.
query-hint-shipped = The database does not have the sample schema. Put queries made for this ERP in a folder and point [source] dir at it.

outbox-not-initialised = wa-notify's tables (WA_*) do not exist in this database yet.
outbox-not-initialised-hint = Make them with: wa-notify init
outbox-too-old = The WA_* tables are of version { $found }; this program uses { $known }. Nothing was changed.
outbox-too-old-hint = Upgrade them with: wa-notify init
outbox-too-new = The WA_* tables are of version { $found }, newer than this program ({ $known }). Nothing was changed.
outbox-too-new-hint = Use on this machine the (newer) wa-notify that upgraded them.
outbox-dialect-1 = The database has SQL dialect 1, which cannot hold the WA_* tables. Nothing was changed.
outbox-dialect-1-hint = Give them a database of their own: in the configuration, section [outbox], path = the place of a new file. init creates it.
outbox-claim-taken = Another run selected the same receivables at the same time. Nothing was stored twice.
outbox-claim-taken-hint = Run again.
outbox-illegal = A message changed its state in a way that should be impossible. It will not be sent again.
outbox-illegal-hint = See: wa-notify status, and tell support.
outbox-corrupt = A record of table { $table } could not be understood. Nothing was sent because of it.
outbox-corrupt-hint = Do not change the WA_* tables by hand. Tell support.
outbox-uncertain = The database's answer to a commit was lost: it may have stored or not. Nothing will be sent twice.
outbox-uncertain-hint = Run again: wa-notify looks before it acts.

gateway-unreachable = The gateway at { $address } does not answer. Nothing was lost: the notices wait.
gateway-unreachable-hint = Check that the service is running and that [gateway] url is right.
gateway-timeout = The gateway did not answer within { $seconds } s. What is in doubt will be looked up, never blindly sent again.
gateway-timeout-hint = Run again in a few minutes.
gateway-unauthorized = The gateway refused the key. Nothing was sent.
gateway-unauthorized-hint = Check [gateway] api_key (or the instance's token in the contract).
gateway-unknown-instance = The gateway does not know instance { $instance }. Nothing was sent.
gateway-unknown-instance-hint = Create and link it with: wa-notify pair
gateway-not-connected = WhatsApp is disconnected (instance { $instance }). Nothing was lost: the notices wait.
gateway-not-connected-hint = With the shop's phone at hand: wa-notify pair
gateway-rate-limited = The gateway asked to go slower. Nothing was lost: the notices wait.
gateway-rate-limited-hint = The next scheduled send goes on; if it repeats, raise contact_gap in [settings.pacing].
gateway-restricted = WhatsApp restricted this number (instance { $instance }). All sending has stopped.
gateway-restricted-hint = Do not insist: look at WhatsApp on the shop's phone and wait until the restriction ends before sending again.
gateway-refused = The gateway refused { $call } (HTTP { $status }).
gateway-refused-hint = The message above says why. Check the gateway's version too.
gateway-down = The gateway is not serving: { $call } got HTTP { $status }.
gateway-down-hint = What answered may be only the server in front of it: check that the gateway's service is running.
gateway-redirects = The gateway sends { $call } to another address (HTTP { $status }).
gateway-redirects-hint = Put the final address in [gateway] url, with https:// if that is it.
gateway-unexpected-answer = The gateway's answer to { $call } was unexpected or broken off.
gateway-unexpected-answer-hint = Run again in a few minutes; if it repeats, check that [gateway] url points at the gateway and not at another program.

scheduler-cannot-run = { $program } could not be run.
scheduler-cannot-run-hint = See what would be installed with: wa-notify schedule show
scheduler-refused = { $program } refused the task. The schedule has not changed.
scheduler-refused-hint = On Windows, run as administrator. What would be installed: wa-notify schedule show

usage-unknown-command = Unknown command: { $command }.
usage-unknown-argument = Unknown option: { $arg }.
usage-extra-argument = One argument too many: { $arg }.
usage-missing = Missing: { $arg }.
usage-missing-command = The command is missing.
usage-no-value = { $arg } needs a value.
usage-bad-value = "{ $value }" will not do for { $arg }.
usage-valid-values = Values: { $values }.
usage-twice = { $arg } was given more than once.
usage-conflict = { $arg } and { $other } cannot be used together.
usage-value-count = Wrong number of values for { $arg }.
usage-not-unicode = An argument is not valid text.
usage-other = The command line is not right.
usage-nearest = Did you mean { $nearest }?
usage-hint = See: { $command } --help
usage-bad-variable = Variable { $variable } holds a value that will not do: { $value }
usage-not-a-date = Dates are like 2026-11-21 or 21/11/2026.
usage-not-an-instant = Instants are like 2026-11-21T09:01:00-03:00.
usage-not-a-number = Expected a whole number from { $min } to { $max }.
usage-not-a-phone = Phones are like 51 98765-4321 or +5551987654321.
usage-phone-without-area-code = The area code is missing: 51 98765-4321.
usage-not-a-part = Parts are like 17.2 (notice 17, part 2); see: wa-notify status.
usage-not-a-language = Languages: pt-BR, en.
usage-not-a-notice = It is the number of a notice, such as 17, or all.
usage-empty = It is empty.

database-value = The database gave an unexpected value in column { $column }: expected { $expected }, found { $found }.
database-value-hint = If the queries of [source] were edited, check the type of this column.
