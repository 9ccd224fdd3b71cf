# The help. For the keys see src/cli/help.rs.

help-usage = Usage:
help-usage-command = COMMAND
help-usage-command-optional = [COMMAND]
help-usage-options = [OPTIONS]
help-commands = Commands:
help-arguments = Arguments:
help-options = Options:
help-global-options = Options of every command:
help-examples = Examples:
help-default = (default: { $value })

group-day = The day:
group-see = See and settle:
group-install = Install:
group-tools = Tools:

help-overview =
    Debt notices by WhatsApp, with boletos and statement, for ERPs on Firebird.
help-global-short = With every command: --config, --lang, --json, --quiet, --verbose, --help (see wa-notify --help).
help-overview-end = Each command has its own help: wa-notify COMMAND --help
help-overview-examples =
    wa-notify demo              see the whole day at a made-up shop
    wa-notify init              configure and create the tables
    wa-notify scan --dry-run    who would get what, who not, and why
    wa-notify send              send what is due
help-next-step =
    First time? wa-notify demo shows it all at a made-up shop; wa-notify init sets
    up yours. The whole help: wa-notify --help

help-scan = Selects who gets a notice, after the close, and stores it
help-scan-more =
    Goes by the rules of the ERP's e-mail notices. Selecting twice for one close repeats nothing. With --dry-run the same code runs and nothing is stored.
help-scan-examples =
    wa-notify scan --dry-run                    who would get what, and why
    wa-notify scan --dry-run --customer 1042    one customer only
    wa-notify scan --dry-run --csv notices.csv  the table, for a spreadsheet
    wa-notify scan --confirm                    release a held selection
arg-scan-close = The close to use instead of the last (an older one with --dry-run only)
arg-scan-dry_run = Store nothing: show who would get what, who not, and why
arg-scan-confirm = Release the selection that was held for being too large
arg-scan-baseline = Record everything as notified, without sending (when starting with many overdue)
arg-scan-customer = Only this customer
arg-scan-only = Show only this half: who gets one (selected), or who not and why (skipped)
arg-scan-csv = Write the table to this CSV file too

help-send = Sends what is due
help-send-more =
    Reads each notice's receivables again before sending: what was paid is not asked for. Nothing is sent twice; what is in doubt is looked up, never blindly sent again.
help-send-examples =
    wa-notify send --dry-run                          what would be sent now
    wa-notify send --limit 10                         ten notices at most
    wa-notify send --test 1042 --to "51 98765-4321"   test on a phone of ours
arg-send-dry_run = Send nothing: show what is due
arg-send-limit = At most so many notices
arg-send-ignore_window = Send outside the allowed hours too
arg-send-resume = Go on after a restriction of the number (this instance, or all): first look at the phone
arg-send-confirm_restore = Confirms a database restored from a backup: what has been reached is taken as told; sends nothing
arg-send-test = Send this customer's notice, marked TESTE, to the phone of --to
arg-send-to = Phone that gets the test

help-replies = Reads the answers to notices and treats each
help-replies-more =
    Only answers to our notices are stored; the phone's other chats are not touched.
help-replies-examples =
    wa-notify replies              reads, stores and answers what there is
    wa-notify replies --done 17    somebody has read the replies to notice 17
arg-replies-done = Polls nothing: the replies to this notice, or all of them, are read

help-status = Shows notices, what waits for a person, instances, last selections
arg-status-close = Only the notices of this close

help-explain = Says why a customer got a notice, or why not
help-explain-more =
    Tells all about one customer: contacts and how each phone was read, the policy, each receivable with its stage or the reason, what left and with which receipts, replies, decisions of the last selections, and what happens at the next close. Writes nothing.
help-explain-examples =
    wa-notify explain 1042
    wa-notify explain "padaria são joão"
    wa-notify explain 51987654321
arg-explain-customer = The customer: id, tax id, phone or part of the name

help-resolve = Settles a message that is in doubt
help-resolve-more =
    Look at the chat on the shop's phone first. sent: it is there. retry: it is not, send it again. drop: it is not, and shall not be sent.
help-resolve-examples =
    wa-notify resolve 17.2 sent    part 2 of notice 17 arrived
arg-resolve-part = The part, such as 17.2 (wa-notify status shows which)
arg-resolve-verdict = What happened, or shall happen

help-hold = Leaves a customer without notices for a while (promise, dispute)
help-hold-more =
    What is queued for it does not leave either. Without a customer it lists who is on hold.
help-hold-examples =
    wa-notify hold 1042 --until 2026-12-10    promised to pay by that day
    wa-notify hold "padaria são joão" --dispute
    wa-notify hold 1042 --lift
arg-hold-customer = The customer: id, tax id, phone or part of the name
arg-hold-until = A promise to pay: nothing is sent until after this day
arg-hold-dispute = Disputes the debt: nothing is sent until --lift
arg-hold-lift = Ends the hold

help-preview = Writes text and PDFs of a customer's notice, sending nothing
help-preview-examples =
    wa-notify preview 1042 --out notice
arg-preview-customer = The customer's id
arg-preview-out = Folder for the text and the PDFs

help-init = Configures the database, creates the tables, says the next step
help-init-more =
    Asks for what is not given. With a configuration in place it asks and changes nothing there: it only creates or upgrades the WA_* tables.
help-init-examples =
    wa-notify init
    wa-notify init --host 127.0.0.1 --path "C:\Sidicom\DADOS.FDB" --yes
arg-init-host = Name or address of the Firebird server
arg-init-port = The server's port (default: 3050)
arg-init-path = Path or alias of the database, as the server knows it
arg-init-embedded = Open the file on this machine, without a server
arg-init-user = Database user (default: SYSDBA)
arg-init-password_env = Environment variable with the database password
arg-init-password_file = File with the database password
arg-init-driver = Firebird client: the program's own, or fbclient
arg-init-client_library = fbclient.dll (or libfbclient.so.2) to load
arg-init-yes = Ask nothing: what is left out gets its default

help-pair = Links the shop's WhatsApp by a QR code
help-pair-more =
    Shows the state before and after. The QR on the screen is renewed until it is read: on the phone, WhatsApp, Linked devices, Link a device.
help-pair-examples =
    wa-notify pair                          QR on the screen
    wa-notify pair --png qr.png             QR in a file
    wa-notify pair --code "51 98765-4321"   a code to type on the phone
    wa-notify pair --status                 only the state
arg-pair-instance = The instance, when the contract has more than one
arg-pair-code = Give a code to type on the phone with this number, instead of the QR
arg-pair-png = Write the QR to this PNG file
arg-pair-status = Only show the state
arg-pair-unlink = Unlink the phone

help-instances = Lists the instances of contract and gateway, with their state

help-doctor = Checks everything and says how to mend what is missing
help-doctor-more =
    Changes nothing. Each line says OK, warning or problem, and how to mend it. Exit code: 0 all fine; 8 only warnings; else that of the first problem (3 configuration, 4 database, 5 gateway, 6 not linked, 7 precondition).

help-schedule = Schedules selection, sending and replies on this computer
help-schedule-show = Show what would be scheduled, changing nothing
help-schedule-install = Create or update the tasks
help-schedule-remove = Remove the tasks
arg-schedule-show-system = Which scheduler (default: this machine's)
help-schedule-examples =
    wa-notify schedule show
    wa-notify schedule install

help-config = Checks or shows the configuration
help-config-check = Reads the configuration and says all that is wrong, with the line
help-config-show = Shows every value in force, with secrets as ***
help-config-examples =
    wa-notify config check
    wa-notify config show --config shop2.toml

help-demo = Shows the whole day at a made-up shop, installing nothing
help-demo-more =
    Embedded database, made-up customers and a stand-in gateway: nothing leaves this machine.
help-demo-seed = Makes the sample ERP in the database of the configuration
help-demo-seed-more =
    Creates the database when it is missing; refuses one that holds any table that is not the sample's.
help-demo-examples =
    wa-notify demo --serve                keep the phone page up
    wa-notify demo seed --customers 2000  only the data, in the set-up database
arg-demo-dir = Folder of the demonstration
arg-demo-serve = At the end, keep up the page that stands in for the customer's phone
arg-demo-customers = How many customers to make up
arg-demo-seed-customers = How many customers to make up
arg-demo-seed-receivables = How many receivables to make up (default: by the customers)
arg-demo-seed-seed = Number of the draw: the same gives the same data

help-source = Checks or copies the queries to the ERP
help-source-check = Prepares each query on the database and shows sample rows, masked
help-source-export = Copies the shipped queries, to be fitted
arg-source-export-dir = Folder to write to; then point [source] dir at it
help-source-examples =
    wa-notify source export sql
    wa-notify source check

help-boleto = Reads, makes and draws boletos

help-pix = Reads Pix codes

arg-global-config = Configuration file (default: beside the program)
arg-global-lang = Language: pt-BR or en
arg-global-json = One JSON document on stdout, for other programs
arg-global-quiet = No conversation: data and errors only
arg-global-verbose = More detail (-vv: the log on the screen too)
arg-global-help = Help; --help has examples too
arg-global-version = Show the version

value-half = HALF
value-file = FILE
value-lang = LANG
value-date = DATE
value-id = ID
value-notice = NOTICE
value-notices = NOTICES
value-customer = CUSTOMER
value-phone = PHONE
value-part = PART
value-verdict = VERDICT
value-dir = DIR
value-system = SYSTEM
value-n = N
value-s = N
value-instance = INSTANCE
value-host = HOST
value-port = PORT
value-path = PATH
value-user = USER
value-name = NAME
value-driver = DRIVER
