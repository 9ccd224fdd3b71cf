# As palavras de explain, doctor e do banco restaurado.

## Banco restaurado de um backup

restore-held = O banco voltou a um estado antigo: este site já viu { $seen } envios, o banco só conhece { $found }. Nada foi enviado, porque o que saiu depois do backup sairia de novo.
restore-held-hint = Veja o que sairia com wa-notify send --dry-run e compare com as conversas no celular da loja. Conferido, libere com: wa-notify send --confirm-restore
restore-confirmed = Banco restaurado confirmado. O próximo envio segue a partir do que ele contém.
restore-another = Este é outro banco do wa-notify que o do último envio (identidade diferente); a marca de envios recomeça com ele.
restore-unreadable = A marca de envios ao lado da configuração estava ilegível e recomeça; desta vez um banco restaurado não seria notado.

## Explain

explain-nobody = Nenhum cliente com "{ $text }".
explain-nobody-hint = Procure pelo código, CPF ou CNPJ, telefone, ou parte do nome.
explain-several = Mais de um cliente com "{ $text }".
explain-several-hint = Repita com o código de um deles, como: wa-notify explain 1042
explain-more = Só os primeiros { $count }; escreva mais do nome.
explain-id = Código
explain-tax-id = CPF ou CNPJ
explain-customer = Cliente { $id }: { $name }{ $tax_id }
explain-flags = Recebe aviso por e-mail: { $email }. Bloqueado: { $blocked }.
explain-unreadable = Cliente { $id }: o cadastro não pôde ser lido.
explain-dates = Hoje { $today }; último fechamento { $close }; as etapas contam em { $day }.
explain-hold = Em espera ({ $kind }), sem data para acabar.
explain-hold-until = Em espera ({ $kind }) até { $until }.
explain-contacts = Contatos
explain-no-contacts = Nenhum contato no cadastro.
explain-contact = Contato
explain-typed = No cadastro
explain-read-as = Lido como
explain-flagged = Recebe aviso
explain-policy = Política
explain-policy-line = Filial { $branch } ({ $name }): antes do vencimento { $upcoming }; depois { $overdue }{ $repeat }; até { $stop } dias; mínimo { $minimum }.
explain-policy-off = nada
explain-policy-repeat = {" "}e a cada { $days }
explain-policy-unreadable = Filial { $branch }: o cadastro não pôde ser lido.
explain-policy-no-email = Filial { $branch } ({ $name }): avisos por e-mail não configurados; o WhatsApp só os complementa.
explain-receivables = Títulos em aberto
explain-nothing-open = Nada em aberto.
explain-document = Título
explain-due = Vencimento
explain-balance = Saldo
explain-stage = Etapa ou motivo
explain-boleto-usable = vai junto
explain-claimed = já avisado: { $stage } (aviso { $notice })
explain-claimed-baseline = dado como avisado: { $stage }
explain-next-stage = { $on }: { $stage }
explain-settled =
    { $count ->
        [1] E mais 1 título quitado.
       *[other] E mais { $count } títulos quitados.
     }
explain-notices = Avisos gravados
explain-before-init = As tabelas WA_* ainda não existem (wa-notify init): nada se sabe de avisos anteriores.
explain-no-notices = Nenhum até agora.
explain-notice = Aviso { $notice } (ref. { $reference }), fechamento { $close }, para { $phone }: { $state }{ $reason }
explain-last-written = Último envio a { $phone }: { $on }.
explain-replies = Respostas
explain-decisions = Decisões contra, nas últimas seleções
explain-now = Se a seleção do fechamento { $close } rodasse agora (etapas em { $day }):
explain-next = No próximo fechamento, { $close } (etapas em { $day }), se nada for pago:
explain-would = Aviso para { $contact }, { $phone }, { $total }: { $items }
explain-not = Não: { $why }
explain-refused = Ninguém recebe: { $why }
explain-until = até { $date }
explain-state-queued = na fila
explain-state-sending = em envio
explain-state-needs_person = em dúvida
explain-state-sent = enviado
explain-state-delivered = entregue
explain-state-skipped = dispensado
explain-state-superseded = substituído
explain-state-expired = vencido sem envio completo
explain-state-failed = com falha
hold-promise = promessa de pagamento
hold-dispute = contestação
phone-empty = sem número
phone-not-a-number = não é número
phone-area-code-missing = falta o DDD
phone-area-code-unknown = DDD não existe
phone-service-number = número de serviço (0800)
phone-wrong-length = quantidade de dígitos errada
