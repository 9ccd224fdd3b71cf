# The words of the day's commands.

## Selection

scan-before-init = The WA_* tables are not there yet (wa-notify init); simulating as if nothing had been sent.
scan-customer = Customer
scan-phone = Phone
scan-titles = Title, due date, stage
scan-titles-balance = Title, due date, stage, balance
scan-branch = branch { $branch }
scan-boletos = Boletos
scan-boletos-merged = in one PDF
scan-boletos-none = none
stage-today = today
scan-total = Total
scan-documents = Documents
scan-why-not = Who not, and why
scan-count = Count
scan-who = Customers
scan-would =
    { $notices ->
        [1] 1 notice would be stored
       *[other] { $notices } notices would be stored
     } ({ $total }) for the close of { $close }; { $customers ->
        [1] 1 customer
       *[other] { $customers } customers
     } with titles. Nothing was written.
scan-stored =
    { $notices ->
        [1] 1 notice stored
       *[other] { $notices } notices stored
     } ({ $total }) for the close of { $close }; { $customers ->
        [1] 1 customer
       *[other] { $customers } customers
     } with titles.
scan-nothing-new =
    Nothing new for the close of { $close }: { $standing ->
        [0] no stored notice waits
        [1] 1 stored notice waits
       *[other] { $standing } stored notices wait
     } ({ $customers ->
        [1] 1 customer
       *[other] { $customers } customers
     } with titles).
scan-when = They leave on { $day }, from { $hour } on; sending takes about { $duration }.
scan-when-days = They leave from { $day }, { $hour }, to { $until }: there is a limit of contacts a day for each number, and of hours. Sending takes about { $duration } in all.
scan-no-flag-hint = No contact flagged "Recebe aviso de débitos" there? Flag it in the customer's tab Contatos.
scan-held-usual = Selection held: { $notices } notices, far above the usual (median { $usual }). Nothing leaves until a person has looked.
scan-held-first = Selection held: { $notices } notices in one of the first runs (limit first_runs_limit = { $usual }). Nothing leaves until a person has looked.
scan-held-hint = Look with wa-notify scan --dry-run; then wa-notify scan --confirm releases it, and wa-notify scan --baseline records all as reached without sending.
scan-confirmed =
    { $notices ->
        [1] 1 notice released
       *[other] { $notices } notices released
     } for the next sending.
scan-baseline = { $claims } stages recorded as reached; nothing will be sent for them.
scan-dropped-boletos =
    { $count ->
        [1] 1 boleto stays behind (its notice goes)
       *[other] { $count } boletos stay behind (their notices go)
     }: { $which }
scan-old-close = The close of { $asked } is older than the last one ({ $last }). Nothing was written.
scan-old-close-hint = To see how it would have been: wa-notify scan --dry-run --close { $asked } (last: { $last })
scan-no-instance = Branch { $branch } has no WhatsApp instance. Nothing was written.
scan-no-instance-hint = Check the contract's query instances, or set instance in [gateway].
bad-row = Row not read: query { $query }, key { $key }, column { $column }: { $problem }{ $value }.
bad-rows =
    { $count ->
        [1] 1 row not read
       *[other] { $count } rows not read
     }: query { $query }, column { $column }: { $problem }. Keys: { $keys }
bad-missing = no value
bad-not_a_date = not a date
bad-not_a_number = not a number
bad-not_a_flag = not a yes or no
bad-not_a_list_of_days = not a list of days such as 5,2,0
bad-not_a_tax_id = not a CPF or CNPJ
bad-not_text = text that this character set cannot read
bad-out_of_range = out of range
bad-duplicate = key stands twice
warning-shared-number = Note: the number { $phone } stands at several customers ({ $customers }); each notice goes under its own name.
warning-bank-return = Note: the last bank return is of { $last }; overdue notices wait, so that nobody who has paid is dunned.
warning-clock = Note: the ERP's date is { $business } and this computer's is { $today }.
stage-upcoming =
    { $days ->
        [0] (due that day)
        [1] (1 day before)
       *[other] ({ $days } days before)
     }
stage-overdue =
    { $days ->
        [1] (1 day after)
       *[other] ({ $days } days after)
     }
document-boleto =
    { $count ->
        [1] 1 boleto
       *[other] { $count } boletos
     }
document-code =
    { $count ->
        [1] 1 code
       *[other] { $count } codes
     }
document-boletos =
    { $count ->
       *[other] boletos in one PDF
     }
document-statement =
    { $count ->
       *[other] statement
     }

## Reasons

reason-no_flagged_contact = no contact flagged "Recebe aviso de débitos"
reason-email_notice_off = customer without e-mail notices
reason-email_not_configured = e-mail notices not configured for the branch
reason-blocked = customer blocked
reason-customer_unreadable = customer's row could not be read
reason-branch_unreadable = branch's row could not be read
reason-on_hold = on hold (promise, dispute)
reason-excluded = excluded in the ERP (protested, renegotiated)
reason-settled = settled
reason-in_grace = within the grace days
reason-no_stage = no stage on that day
reason-past_stop = overdue for longer than the policy goes on
reason-stage_claimed = stage noticed already
reason-bank_return_stale = bank return not up to date
reason-no_boleto = no boleto that can go along
reason-below_minimum = below the minimum amount
reason-unusable_phone = unusable phone
reason-same_number = same number as another contact
reason-opted_out = asked for no notices
reason-written_recently = noticed lately
reason-not_contracted = not contracted
reason-not_on_whatsapp = number not on WhatsApp
reason-paid = paid
reason-boleto_changed = the boleto changed
reason-days_over = days are over
reason-text_failed = the text did not leave
boleto-no_code = no code
boleto-bad_code = code with an error
boleto-codes_differ = barcode and line differ
boleto-not_a_boleto = not a bank's boleto
boleto-not_in_reais = not in reais
boleto-bank_differs = another bank
boleto-account_differs = another account
boleto-agency_differs = another agency
boleto-wallet_differs = another wallet
boleto-our_number_differs = another our-number
boleto-amount_differs = value differs from the balance
boleto-due_date_differs = due date differs
boleto-past_payable_until = past the last day of payment

## Sending

send-progress = Sending
send-begins =
    { $notices ->
        [1] 1 notice due
       *[other] { $notices } notices due
     }; about { $duration }. Ctrl-C finishes the message in hand and stops.
send-nothing = Nothing to send now.
send-none = no notice
send-done = Result: { $states }; { $parts } messages accepted; { $waiting } notices wait.
send-silent = WARNING: instance { $instance } accepted the messages, but WhatsApp acknowledged none of them. Perhaps nothing arrived: look at the chats on the shop's phone and, if so, link it again: wa-notify pair --unlink, then wa-notify pair
send-unknown = In doubt, perhaps delivered: parts { $parts }. They are not sent again blindly: wa-notify status shows them, wa-notify resolve settles them.
send-late = Answers that came after another attempt: parts { $parts }. Look at the shop's phone.
send-would =
    { $notices ->
        [1] 1 notice would leave
       *[other] { $notices } notices would leave
     } now, in about { $duration }. Nothing was sent.
send-notice = Notice
send-instance = Instance
send-parts = Parts
send-tested = Test sent to { $to } from instance { $instance }: text, { $parts }. Nothing was stored.
stop-window = Outside the sending hours: { $waiting } notices wait, nothing is lost. Next hours: { $opens }.
send-instance-failed = Instance { $instance } stopped; the others went on. What left is on record.
stop-limit = The limit of --limit is reached: { $waiting } notices wait.
stop-interrupted = Interrupted. What left is on record; { $waiting } notices wait.
stop-waiting = Nothing is lost: { $waiting } notices wait.
stop-not-paired = WhatsApp is not connected (instance { $instance }). Nothing is lost: { $waiting } notices wait. With the shop's phone at hand: wa-notify pair
stop-absent = The gateway does not know instance { $instance } yet. Nothing is lost: { $waiting } notices wait. Link it with: wa-notify pair
stop-unauthorized = The gateway refused the key of instance { $instance }. Nothing is lost: { $waiting } notices wait. Check api_key in [gateway].
stop-rate-limited = The gateway asked to go slower (instance { $instance }). Nothing is lost: { $waiting } notices wait for the next sending.
stop-unreachable = The gateway of instance { $instance } does not answer. Nothing is lost: { $waiting } notices wait. See whether it is up.
stop-refused = The gateway refused to send from instance { $instance }. Nothing is lost: { $waiting } notices wait.
stop-restricted = WhatsApp restricts the number of instance { $instance }. It sends nothing until { $until }; { $waiting } notices wait. Look at WhatsApp on the shop's phone. To go on before that day: wa-notify send --resume (or link anew: wa-notify pair)
stop-of-another = Instance { $instance } stopped, too, since WhatsApp restricted the number of instance { $restricted }. The next run goes on with it; { $waiting } notices wait.
send-resumed =
    { $count ->
        [0] No instance was restricted.
        [1] One instance may send again.
       *[other] { $count } instances may send again.
    }
stop-unclear = Several answers in a row of the gateway prove nothing (instance { $instance }). Sending stopped; { $waiting } notices wait. See wa-notify status.
stop-cap = The daily limit of instance { $instance } is reached (daily_cap, warm-up). { $waiting } notices wait for the next sending day.
template-bad = The configured text could not be filled in. Nothing was sent with it.
template-bad-hint = Check message in [features] and text in [settings.replies]; wa-notify config check names the error.
dossier-gone = Something of the notice is no longer in the ERP. Nothing of it was sent now.
dossier-gone-hint = See whether the queries branches, customers and receivables tell the same story.
trial-not-on-whatsapp = That phone is not on WhatsApp. The test did not leave.
trial-not-on-whatsapp-hint = Check the number with its area code: wa-notify send --test CUSTOMER --to "51 98765-4321"
trial-nothing = There is nothing to notice to that customer today; the test did not leave.
trial-nothing-hint = Find one that has: wa-notify scan --dry-run
trial-not-accepted = Part { $part } of { $of } of the test was not accepted by the gateway.
interrupted = Interrupted.

## State

notice-queued = queued
notice-sending = under way
notice-needs_person = in doubt
notice-sent = sent
notice-delivered = delivered
notice-skipped = skipped
notice-superseded = superseded
notice-expired = expired
notice-failed = failed
part-queued = queued
part-sending = being sent
part-accepted = accepted
part-server_ack = at WhatsApp
part-delivered = delivered
part-read = read
part-failed = failed
part-unknown = in doubt
part-skipped = skipped
part-expired = expired
kind-text = text
kind-boleto = boleto
kind-code = code
kind-boletos = boletos
kind-statement = statement
intent-opt_out = opted out
intent-opt_in = came back
intent-wrong_number = wrong number
intent-paid = says it is paid
intent-other = message
link-absent = not made at the gateway yet
link-removed = unlinked by the phone
link-closed = not connected
link-connecting = connecting
link-open = connected
link-open-number = connected to { $number }
link-not-asked = not asked
link-unreachable = gateway unreachable
status-moved-clock = Note: the clock was moved by hand (WA_NOTIFY_NOW).
status-unknown = In doubt: nobody knows whether they arrived. Look at the chat on the shop's phone:
status-unknown-hint = Settle with: wa-notify resolve PART sent (it is there) | retry (send again) | drop (leave it)
status-part = Part
status-what = What
status-reference = Ref.
status-since = Since
status-held = { $count } held notices wait for a person: wa-notify scan --confirm
status-arrived-late = Accepted after all, though sent again meanwhile on your word: { $parts }. They may be there twice; look at the chat. To show them no more: wa-notify resolve { $first } sent
status-restricted = WhatsApp restricted the number of instance { $instance } ({ $why }). It sends nothing until { $until }. Look at WhatsApp on the shop's phone; to go on before that day: wa-notify send --resume (or link anew: wa-notify pair)
status-no-receipt = { $count } messages accepted hours ago without a receipt. If that is nearly all of them, link again: wa-notify pair --unlink, then wa-notify pair
status-replies = Replies for a person to read:
status-replies-hint = Once read: wa-notify replies --done NUMBER (that of the notice, which begins the line), or all of them: all.
status-empty = No notice stored yet.
status-notices = Notices
status-link = WhatsApp
status-today = Contacts today
status-close = Close
status-when = When
status-selected = Notices
status-skipped = Decisions against
status-bad-rows = Not read
status-held-column = Held
yes-word = yes
no-word = no
resolve-done = Part { $part }: { $state }.
resolve-too-late = Its { $days } sending days are over: part { $part } is not sent any more. If nothing of the notice arrived, whoever still owes is selected afresh at the next close.
resolve-no-part = There is no part { $part }.{ $state }
resolve-no-part-hint = The parts in doubt: wa-notify status ({ $part }{ $state })
resolve-settled = Part { $part } is settled already: { $state }. Nothing changed.
resolve-settled-hint = Only parts in doubt or failed are settled by hand ({ $part }: { $state }).
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes } min

## Replies

replies-none = No new reply.
replies-some =
    { $stored ->
        [1] 1 new reply
       *[other] { $stored } new replies
     }: { $intents }; { $answered ->
        [0] none
       *[other] { $answered }
     } answered automatically.
replies-done = { $count ->
    [0] No reply was waiting.
    [1] One reply is marked as read.
   *[other] { $count } replies are marked as read.
}
replies-person = { $count } for a person to read: wa-notify status
replies-opted-out = { $count } want no more notices; they get none from now on.
replies-not-paired = WhatsApp is not connected (instance { $instance }); only what had come before was read. Link it with: wa-notify pair

## Linking

pair-state = Instance { $instance }: { $state }.
pair-before = Before: instance { $instance } { $state }.
pair-after = After: instance { $instance } { $state }.
pair-ban-risk = Note: this gateway is an unofficial client; WhatsApp may restrict numbers that write a lot. Prefer a number for notices only.
pair-waiting = Asking the gateway for a QR code...
pair-scan = On the shop's phone: WhatsApp, Linked devices, Link a device, and point it at the code.
pair-code = On the shop's phone: WhatsApp, Linked devices, Link with phone number. Code: { $code }
pair-png = QR code written to { $path } (replaced at each renewal). Open it and point the shop's phone at it.
pair-too-small = The QR code needs { $columns } columns and { $rows } rows; this terminal has { $have_columns } x { $have_rows }. Enlarge the window, or use wa-notify pair --png qr.png, or wa-notify pair --code PHONE.
pair-qr-too-long = The gateway sent a QR code that does not fit. Use wa-notify pair --code PHONE.
pair-expired = The code ran out unscanned. Run wa-notify pair again with the phone at hand.
pair-interrupted = Interrupted; nothing changed.
instances-contract = In the contract
instance-unknown = Instance { $name } is not in the contract ({ $names }).
instance-unknown-hint = Use one of these: { $names } (not { $name }).
instance-none = There is no WhatsApp instance{ $name }{ $names }: neither in the contract nor in [gateway].
instance-none-hint = Refresh the contract in the ERP, or set instance in [gateway].{ $name }{ $names }
instance-several = The contract has several instances: { $names }.{ $name }
instance-several-hint = Say which, such as: wa-notify pair NAME ({ $names }){ $name }

## Preview, set-up, schedule

preview-already = This notice was sent or claimed already; the preview shows how it would look today.
preview-nothing = Nothing would be sent to that customer today:
preview-files = Files in { $folder }:
init-config-written = Configuration written to { $path }.
init-config-comment =
    Configuration of wa-notify. Only [database] is needed; all else has defaults.
    All keys: wa-notify config show
init-ask-host = Firebird server
init-ask-path = Database (path or alias at the server)
init-ask-user = User
init-ask-password = Password (empty: masterkey)
init-no-path = The database is missing.
init-no-path-hint = wa-notify init --host 127.0.0.1 --path 'C:\Sidicom\DADOS.FDB'
init-tables-made = WA_* tables made in { $database }.
init-tables-there = The WA_* tables in { $database } are up to date.
init-forced-writes = Note: the database is without Forced Writes; after a power cut a notice could leave twice. Turn it on: gfix -write sync DATABASE
init-last-close = ERP read: last close on { $close }.
init-next = Next step: wa-notify pair, then wa-notify scan --dry-run
schedule-installed = { $jobs } jobs scheduled ({ $site }). To see them: wa-notify schedule show
schedule-removed = { $jobs } jobs removed ({ $site }).
embedded-no-engine = The embedded Firebird engine was not found.
embedded-no-engine-hint = On Debian: apt-get install firebird3.0-server-core libfbclient2. On Windows: point client_library in [database] at the 64-bit fbclient.dll.
precondition-not-contracted = The contract does not include WhatsApp notices. Nothing was done.
precondition-not-contracted-hint = In the ERP: contracted features, refresh the contract.
precondition-contract-ended = The contract for WhatsApp notices ended on { $until }. Nothing was done.
precondition-contract-ended-hint = Renew it with the reseller and refresh the contract in the ERP.
precondition-email = E-mail notices are configured for no branch; WhatsApp only complements them. Nothing was done.
precondition-email-hint = Configure the debt notice by e-mail in the ERP.
precondition-unreadable = The row that decides whether there are notices cannot be read: query { $query }, key { $key }, column { $column }: { $problem }{ $value }. Nothing was done.
precondition-unreadable-hint = Mend it in the ERP, or in the query; wa-notify source check shows the columns.
precondition-not-closed = The ERP has not closed { $asked } yet (last close: { $last }). Nothing was selected.
precondition-not-closed-hint = Close the day in the ERP; the scheduler tries again by itself.

## Demonstration

demo-begin = Demonstration: an invented ERP on an embedded database and a make-believe WhatsApp at { $url }. Nothing leaves this computer.
demo-config-comment = Made by the demonstration; may be deleted with its folder.
demo-seeding = Making the sample ERP
demo-seeded = Sample ERP ready: { $customers } customers, { $receivables } receivables, { $boletos } boletos; last close on { $close }.
demo-foreign-tables = The database holds tables that are not the sample's ({ $tables }). Nothing was touched.
demo-foreign-tables-hint = Use a new database for the sample: it is never made over a real ERP.
demo-folder-taken = The folder { $folder } has other things in it. Nothing was touched.
demo-folder-taken-hint = Choose another: wa-notify demo --dir DIR
demo-station-seed = 07:00 The shop's ERP, with customers, titles and boletos
demo-station-init = 07:30 Make wa-notify's tables
demo-station-pair = 08:00 Link the shop's WhatsApp
demo-station-dry-run = 08:20 Who would get what, and who not and why
demo-station-scan = 08:30 Select and store
demo-station-send = 09:01 Send
demo-station-answers = 09:20 The customers answer
demo-answer-paid = I paid yesterday, here is the receipt 👍
demo-answer-stop = SAIR
demo-station-replies = 09:30 Treat the replies
demo-station-status = 09:31 How it stands
demo-station-failed = The demonstration stopped at wa-notify { $command } (code { $code }).
demo-end =
    { $delivered } messages reached the make-believe phones, { $documents } with a PDF.
    PDFs:          { $pdf }
    Messages:      { $messages }
    Configuration: { $config }
demo-serve-hint = To see the chats as on a phone: wa-notify demo --serve
demo-serving = The chats, as on a phone: { $url } (Ctrl-C ends)
