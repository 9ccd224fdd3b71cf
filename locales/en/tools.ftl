# The tools: boleto, pix and source. For the keys of the help see src/cli/help.rs.

help-boleto-decode = Reads a barcode or a line: fields, due date and amount
help-boleto-decode-more =
    Takes 44, 47 or 48 digits, with or without dots and blanks, and checks all check digits. With - it reads one code a line from stdin and answers one JSON a line.
help-boleto-decode-examples =
    wa-notify boleto decode 34191.09008 00001.191238 45678.970000 9 16210000035000
    wa-notify boleto decode - < codes.txt
arg-boleto-decode-digits = Barcode or line; - reads one a line
arg-boleto-decode-today = Day from which the due-date factor is seen (default: today)

help-boleto-encode = Makes barcode and line from the fields
help-boleto-encode-more =
    For tests and checks: only the bank registers boletos, and sending uses the ERP's codes alone.
help-boleto-encode-examples =
    wa-notify boleto encode --bank 341 --due 2026-12-05 --amount-cents 35000 \
        --free-field 1090000001191234567897000
arg-boleto-encode-bank = The bank's three digits
arg-boleto-encode-due = Due date; without it the code has none (factor 0000)
arg-boleto-encode-amount_cents = Amount in cents; 0 leaves it open
arg-boleto-encode-free_field = The bank's free field, 25 digits
arg-boleto-encode-today = Day from which the due-date factor is seen (default: today)

help-boleto-render = Draws boletos as PDF from a JSON file
help-boleto-render-more =
    FILE.json holds one boleto; FILE.jsonl one a line, and each becomes a PDF named by its line (000001.pdf). Checks that due date and amount are those of the code; the rest is printed as given. PDFs that exist are replaced. Lines with an error are passed over and listed.
help-boleto-render-examples =
    wa-notify boleto render boleto.json --out boleto.pdf
    wa-notify boleto render boletos.jsonl --out folder
arg-boleto-render-file = Description of a boleto (.json) or of many (.jsonl)
arg-boleto-render-out = PDF to write; with .jsonl the folder
arg-boleto-render-today = Day from which the due-date factor is seen (default: today)

help-pix-decode = Reads a Pix code: kind, key or address, amount, name
help-pix-decode-more =
    Refuses only what no app could read: a broken structure or a wrong CRC. Whatever else is odd is a warning. With - it reads one code a line and answers one JSON a line.
help-pix-decode-examples =
    wa-notify pix decode "00020126...6304ABCD"
arg-pix-decode-code = The code, in quotes; - reads one a line

arg-source-export-force = Replace files that exist and differ

value-digits = DIGITS
value-bank = BANK
value-cents = CENTS
value-code = TEXT
value-out = OUT

# Codes that cannot be read.

code-length = { $found ->
    [1] 1 digit
   *[other] { $found } digits
}; a barcode has 44, a line 47 (boleto) or 48 (arrecadação).
code-character = Something that is no digit at position { $position }: { $found }
code-product-47 = A line of 47 digits never starts with { $found }: those of an arrecadação have 48.
code-product-48 = A line of 48 digits (arrecadação) starts with 8, not with { $found }.
code-value-kind = The third digit of an arrecadação is 6, 7, 8 or 9, not { $found }.
code-check-digit = Wrong check digit { $place }: expected { $expected }, found { $found }.
code-check-digit-hint = A digit was swapped or mistyped; copy the code again.
code-place-field_1 = of the line's 1st field
code-place-field_2 = of the line's 2nd field
code-place-field_3 = of the line's 3rd field
code-place-general = of the whole code
code-place-block_1 = of the line's 1st block
code-place-block_2 = of the line's 2nd block
code-place-block_3 = of the line's 3rd block
code-place-block_4 = of the line's 4th block
pix-empty = The Pix code is empty.
pix-tlv = The Pix code is broken at position { $position }: its fields do not fit together.
pix-no-crc = The CRC at the end of the Pix code is missing (6304 and four characters).
pix-crc = The CRC of the Pix code does not agree: expected { $expected }, found { $found }.
pix-broken-hint = The code was cut or changed; copy it again as a whole.
lines-refused = { $refused ->
    [1] { $refused } line refused
   *[other] { $refused } lines refused
} of { $lines }.
lines-refused-hint = Look for "field" in the output: it tells line and field of each.

# boleto decode, as text.

decode-kind = Kind
decode-kind-cobranca = boleto (cobrança)
decode-kind-arrecadacao = bill (arrecadação)
decode-bank = Bank
decode-segment = Segment
decode-company = Company
decode-line = Digitable line
decode-barcode = Barcode
decode-amount = Amount
decode-amount-open = open (the payer tells it)
decode-reference = { $quantity } (a reference quantity, not an amount in reais)
decode-due = Due
decode-due-none = not in the code
decode-due-unknown = out of the factor's range
decode-factor = Factor
decode-free-field = Free field
decode-warning = Note: { $warning }
segment-city-hall = city halls
segment-sanitation = water and sewage
segment-power-and-gas = power and gas
segment-telecom = telecommunications
segment-government = government
segment-company = company (CNPJ)
segment-traffic-fines = traffic fines
segment-bank = for the bank's own use
segment-unknown = not given out
part-name-agency = agency
part-name-agency-digit = agency's digit
part-name-account = account
part-name-account-digit = account's digit
part-name-wallet = wallet
part-name-agreement = agreement
part-name-agreement-digit = agreement's digit
part-name-our-number = our number
part-name-our-number-digit = our number's digit
part-name-unit = unit
part-name-product = product
part-name-modality = modality
part-name-operation = operation
part-name-installment = installment
part-name-other = other
part-name-fixed = fixed
part-name-check-digit = free field's digit
code-warning-currency = the code's currency is { $found }, not 9 (real).
code-warning-factor = the factor { $factor } means no date that a bank takes today.
code-warning-unknown-bank = this bank's free field is not known and could not be checked.
code-warning-layout = the free field follows no known layout of the bank.
code-warning-digit = in the free field, { $part }: expected { $expected }, found { $found }.
code-warning-segment = the segment { $found } was given to nobody.

# boleto encode.

encode-bank = The bank is three digits, and no bank starts with 8.
encode-amount = The amount is a whole number of cents from 0 to 9999999999999 (R$ 99,999,999,999.99).
encode-due = The due date is before 3 July 2000, the first with a factor of four digits.
encode-free-field = The free field has 25 digits; given were { $found } characters, or something that is no digit.
encode-no-room-for-due = Above R$ 99,999,999.99 the amount takes the place of the due date, which is not in the code.
encode-due-out-of-window = Seen from { $today }, the factor of this due date is outside the banks' window (3,000 days before to 5,500 after): { $read ->
    [none] it reads as no date at all.
   *[other] it reads as { $read }.
}

# boleto render.

render-hint = There is an example in examples/boleto.json.
render-line = Line { $line }: { $words }
render-no-file = The file { $path } does not exist.
render-not-utf8 = The file is not UTF-8 text.
render-not-utf8-hint = Save it as UTF-8 and run again.
render-not-json = Not a valid JSON object.
render-unknown-key = Unknown key: { $key }.
render-known = Keys: { $known }.
render-key-twice = The key { $key } stands twice.
render-kind = { $key }: expected { $expected }.
render-kind-text = a text
render-kind-cents = a whole number of cents, 0 or more
render-kind-date = a date such as "2026-12-05"
render-kind-lines = a list of texts
render-missing = { $key } is missing.
render-codes-differ = barcode and digitable_line are two different codes.
render-arrecadacao = It is the code of an arrecadação, which is not drawn as a boleto.
render-due-differs = due_on is { $given }, but the due date in the code is: { $code }.
render-amount-differs = amount_cents is { $given }, but the amount in the code is { $code }.
render-pix-left-out = Boleto drawn without the Pix code: { $why }
render-pix-static = only the bank's own dynamic Pix code settles the boleto; this is none.
render-pix-amount = the amount of the Pix code is not the boleto's.
render-done = Written: { $file }
render-done-many = { $written ->
    [1] { $written } boleto written
   *[other] { $written } boletos written
} to { $folder }

# pix decode, as text.

pix-kind-static = static Pix (the payee's key)
pix-kind-dynamic = dynamic Pix (a charge at the bank)
pix-kind-other = a QR code that is no Pix
pix-key = Key
pix-url = Address
pix-name = Name
pix-city = City
pix-postal-code = Postal code
pix-txid = Identifier
pix-info = Information
pix-crc-label = CRC
pix-amount-open = not in the code
pix-on-boleto = On a boleto
pix-on-boleto-yes = may be printed
pix-on-boleto-no = no: paying it does not settle the boleto
pix-warning-format-indicator = does not start with 000201.
pix-warning-no-pix-account = there is no account of the arrangement br.gov.bcb.pix.
pix-warning-key-or-url = there is neither key nor address, or both.
pix-warning-key-form = the key has the form of no kind of key.
pix-warning-url-form = the address is longer than 77 characters, has https:// or blanks.
pix-warning-category = the category (field 52) is not four digits.
pix-warning-currency = the currency is not the real (986).
pix-warning-amount-form = the amount is no number with at most two decimals.
pix-warning-country = the country is not BR.
pix-warning-name = the name is missing or longer than 25 characters.
pix-warning-city = the city is missing or longer than 15 characters.
pix-warning-txid = the identifier is missing, longer than 25 characters or more than letters and digits.
pix-warning-not-ascii = there are accents: some apps count lengths in bytes.
pix-warning-control-character = there are control characters.
pix-warning-repeated = a field stands twice.
pix-warning-small-crc = the CRC is in small letters.
pix-warning-too-long = longer than 512 characters.

# source.

source-in-the-way = { $folder } has files that differ from the shipped ones: { $files }. Nothing was written.
source-in-the-way-hint = They may be this site's queries. Choose another folder, or replace them with --force.
source-exported = { $count ->
    [0] Nothing to write to { $folder }: the queries are there already.
    [1] { $count } query written to { $folder }.
   *[other] { $count } queries written to { $folder }.
}
source-exported-next = Fit them to the ERP, point the configuration to the folder and check with wa-notify source check:
source-shipped = shipped
source-ok = fine
source-fails = does not hold
source-absent = Does not deliver (optional): { $columns }
source-no-rows = Delivered no row.
source-stranger = { $file } belongs to no query and is not used. Is the name right?
source-checked = { $failed ->
    [0] All { $count } queries are fine.
    [1] { $failed } of { $count } queries does not hold.
   *[other] { $failed } of { $count } queries do not hold.
}
type-integer-or-text = integer or text
type-text = text
type-date = date
type-exact-number = exact number
type-yes-or-no = yes or no
type-list-of-days = list of days
type-integer = integer
type-number = number
type-blob = BLOB
type-boolean = BOOLEAN
