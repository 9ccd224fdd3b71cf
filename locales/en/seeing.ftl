# The words of explain, doctor and of a restored database.

## A database restored from a backup

restore-held = The database went back to an older state: this site has seen { $seen } departures, the database knows only { $found }. Nothing was sent, since what left after the backup would leave again.
restore-held-hint = See what would leave with wa-notify send --dry-run and compare it with the chats on the shop's phone. Once looked at, release it with: wa-notify send --confirm-restore
restore-confirmed = Restored database confirmed. The next send goes on from what it holds.
restore-another = This is another database of wa-notify than that of the last send (another identity); the mark of departures starts anew with it.
restore-unreadable = The mark of departures beside the configuration was unreadable and starts anew; a restored database would not be noticed this time.

## Explain

explain-nobody = No customer with "{ $text }".
explain-nobody-hint = Look by id, tax id, phone or part of the name.
explain-several = More than one customer with "{ $text }".
explain-several-hint = Repeat with the id of one of them, such as: wa-notify explain 1042
explain-more = Only the first { $count }; type more of the name.
explain-id = Id
explain-tax-id = Tax id
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
phone-empty = no number
phone-not-a-number = not a number
phone-area-code-missing = area code missing
phone-area-code-unknown = no such area code
phone-service-number = service number (0800)
phone-wrong-length = wrong number of digits
