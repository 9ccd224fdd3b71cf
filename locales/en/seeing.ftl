# The words of explain, doctor and of a restored database.

## A database restored from a backup

restore-held = The database went back to an older state: this site has seen { $seen } departures, the database knows only { $found }. Nothing was sent, since what left after the backup would leave again.
restore-held-hint = Compare with the chats on the shop's phone. To go on: wa-notify send --confirm-restore. It sends nothing: every stage reached until today is taken as told, and what was queued is dropped.
restore-confirmed = Restored database confirmed: { $stages } stages taken as told, { $notices } queued notices and { $parts } left-over messages dropped. Who was not told yet hears at the next stage.
restore-another = This is another database of wa-notify than that of the last send (another identity); the mark of departures starts anew with it.
restore-unreadable = The mark of departures beside the configuration was unreadable and starts anew; a restored database would not be noticed this time.

## Explain

customer-nobody = No customer with "{ $text }".
customer-nobody-hint = Look by id, tax id, phone or part of the name.
customer-several = More than one customer with "{ $text }".
customer-several-hint = Say it again with the id of one of them, such as 1042.
customer-more = Only the first { $count }; type more of the name.
customer-id = Id
customer-tax-id = Tax id
explain-customer = Customer { $id }: { $name }{ $tax_id }
explain-flags = Gets notices by e-mail: { $email }. Blocked: { $blocked }.
explain-unreadable = Customer { $id }: the row could not be read.
explain-dates = Today { $today }; last close { $close }; stages count on { $day }.
explain-hold = On hold ({ $kind }), with no end set.
explain-hold-until = On hold ({ $kind }) until { $until }.
explain-contacts = Contacts
explain-no-contacts = No contact on record.
explain-contact = Contact
explain-typed = As typed
explain-read-as = Read as
explain-flagged = Gets notices
explain-policy = Policy
explain-policy-line = Branch { $branch } ({ $name }): before the due date { $upcoming }; after it { $overdue }{ $repeat }; up to { $stop } days; minimum { $minimum }.
explain-policy-off = nothing
explain-policy-repeat = {" "}and every { $days }
explain-policy-unreadable = Branch { $branch }: the row could not be read.
explain-policy-no-email = Branch { $branch } ({ $name }): e-mail notices are not configured; WhatsApp only complements them.
explain-receivables = Open receivables
explain-nothing-open = Nothing is open.
explain-document = Receivable
explain-due = Due
explain-balance = Balance
explain-stage = Stage or reason
explain-boleto-usable = goes along
explain-claimed = already noticed: { $stage } (notice { $notice })
explain-claimed-baseline = counted as noticed: { $stage }
explain-next-stage = { $on }: { $stage }
explain-settled =
    { $count ->
        [1] And 1 settled receivable.
       *[other] And { $count } settled receivables.
     }
explain-notices = Stored notices
explain-before-init = The WA_* tables do not exist yet (wa-notify init): nothing is known of earlier notices.
explain-no-notices = None so far.
explain-notice = Notice { $notice } (ref. { $reference }), close { $close }, to { $phone }: { $state }{ $reason }
explain-last-written = Last sent to { $phone }: { $on }.
explain-replies = Replies
explain-decisions = Decisions against, in the last selections
explain-now = If the close { $close } were selected now (stages on { $day }):
explain-next = At the next close, { $close } (stages on { $day }), if nothing is paid:
explain-would = Notice to { $contact }, { $phone }, { $total }: { $items }
explain-not = No: { $why }
explain-refused = Nobody gets one: { $why }
explain-until = until { $date }
explain-state-queued = queued
explain-state-sending = being sent
explain-state-needs_person = in doubt
explain-state-sent = sent
explain-state-delivered = delivered
explain-state-skipped = skipped
explain-state-superseded = superseded
explain-state-expired = expired before it was complete
explain-state-failed = failed
hold-promise = promise to pay
hold-dispute = dispute
hold-held = { $name } ({ $id }) gets no notices until { $until }.
hold-lifted = { $name } ({ $id }) gets notices again.
hold-was-not = { $name } ({ $id }) was not on hold. Nothing changed.
hold-open-end = further notice
hold-past = { $day } is past.
hold-past-hint = Today is { $today }.
hold-none = No customer is on hold.
hold-why = Why
hold-until = Until
phone-empty = no number
phone-not-a-number = not a number
phone-area-code-missing = area code missing
phone-area-code-unknown = no such area code
phone-service-number = service number (0800)
phone-wrong-length = wrong number of digits
explain-claim-waits = queued: { $stage } (notice { $notice })
explain-waits = Notice { $notice }, stored, has not left yet: it stays as it is or is replaced by this one.

## Doctor

doctor-status-ok = OK
doctor-status-warning = WARNING
doctor-status-problem = PROBLEM
doctor-end =
    { $problems ->
        [0] No problem
        [1] 1 problem
       *[other] { $problems } problems
     }, { $warnings ->
        [0] no warning
        [1] 1 warning
       *[other] { $warnings } warnings
     }.
check-config = configuration
check-templates = texts
check-log = log
check-lock = lock
check-time_zone = time zone
check-database = ERP database
check-outbox = WA_* tables
check-forced_writes = forced writes
check-high_water = departures seen
check-waiting = waiting
check-queries = queries
check-indexes = indexes
check-contract = contract
check-email_policy = e-mail notices
check-business_date = ERP's date
check-last_close = last close
check-bank_return = bank return
check-gateway = gateway
check-instance = WhatsApp
check-schedule = schedule
doctor-templates-ok = can be filled in
doctor-templates-law = the message does not show { $names }
doctor-templates-law-hint = Every collection must carry the creditor's name, address and CNPJ (CDC art. 42-A): put them into message in [features].
doctor-log = { $folder } cannot be written to ({ $error })
doctor-log-hint = Allow writing to the folder, or change dir in [log].
doctor-lock-free = free
doctor-time-zone = shop in { $zone } ({ $shop }), computer in { $machine }
doctor-time-zone-hint = The scheduler goes by the computer's clock: set the system's zone, or time_zone in [settings].
doctor-database = Firebird { $version }, { $charset }, dialect { $dialect }
doctor-outbox = version { $version }
doctor-forced-writes-on = on
doctor-forced-writes = off: after a power cut a notice could leave again
doctor-forced-writes-hint = Turn them on with: gfix -write sync DATABASE
doctor-restored = database restored from a backup? this site has seen { $seen } departures, the database knows { $found }; send is held
doctor-restored-hint = Look with wa-notify send --dry-run and release with wa-notify send --confirm-restore
doctor-high-water = { $departures } so far
doctor-another-outbox = those of another database
doctor-another-outbox-hint = If the database was changed on purpose there is nothing to do: the next send renews the mark.
doctor-mark-unreadable = unreadable
doctor-mark-unreadable-hint = The next send renews the mark; until then a restored database would not be noticed.
doctor-queries = { $count } keep the contract
doctor-indexes-ok = no large table is read as a whole
doctor-indexes = { $table } is read as a whole ({ $rows } rows) to find the receivables of one day
doctor-indexes-customer = { $table } is read as a whole ({ $rows } rows) for one customer
doctor-indexes-create = Ask the ERP's vendor for this index: { $index }
doctor-indexes-hint = Ask the ERP's vendor for an index on the table's column behind { $column }: CREATE INDEX NAME ON TABLE (COLUMN). And leave { $column } uncomputed in { $query }.sql.
doctor-contract = WhatsApp notices are contracted
doctor-email = configured
doctor-dates = ERP at { $business }, computer at { $today }
doctor-dates-hint = Set the computer's clock, or make the closes that are missing in the ERP.
doctor-close = { $last } ({ $age } business days ago)
doctor-close-hint = Without a close there is no selection: close the day in the ERP.
doctor-no-bank-return = the ERP does not tell
doctor-bank-return = last on { $last }
doctor-bank-return-hint = Import the bank's return file in the ERP; until then overdue notices wait.
doctor-no-instance = neither the contract nor the configuration has an instance
doctor-no-instance-hint = Refresh the contract in the ERP, or fill in instance in [gateway].
doctor-link = instance { $instance }: { $state }
doctor-link-hint = With the shop's phone in hand: wa-notify pair
doctor-gateway = version { $version } (instance { $instance })
doctor-restricted = WhatsApp restricted the number of instance { $instance }: it sends nothing until { $until }
doctor-restricted-hint = Look at WhatsApp on the shop's phone. To go on before that day: wa-notify send --resume
doctor-waiting = { $unknown } in doubt, { $held } notices held, { $replies } replies to read, { $silent } without receipt
doctor-waiting-hint = See which, and what to do: wa-notify status
doctor-schedule-on = installed
doctor-schedule = nothing is scheduled on this computer
doctor-schedule-hint = Schedule with: wa-notify schedule install
