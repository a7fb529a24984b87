# The short way to the program. Each variable of `make bench` is the flag of
# the same name: make bench WINDOW=1,8,64 PLACEMENT=all is
# collatebench bench --window=1,8,64 --placement=all. In a flag of two words
# the variable has _ for -.
BENCH_FLAGS := CODEC PLACEMENT WINDOW SIZE ENCODING PAYLOAD ORDER PROTOCOL RESPONSES \
	DECODE FROM GOGC CONNS FETCHES WORKERS VIRTUAL_CORES \
	LATENCY QUEUE BANDWIDTH CONNBANDWIDTH FAULTS PROCS \
	ROUNDS OPS PRECISION BUDGET SEED LABEL UPSTREAM BODY PROFILE RESUME OUT SOURCE JSON
WHY_FLAGS := LATENCY QUEUE BANDWIDTH CONNBANDWIDTH FAULTS PAIRS OPS BUDGET SEED LABEL UPSTREAM BODY OUT SOURCE JSON
DIAGNOSE_FLAGS := TRACE PPROF SECONDS FUNC KEEP JSON
VERDICTS_FLAGS := SEEDS SMALL ONLY PAIRS BUDGET OUT SOURCE JSON
VIEW_FLAGS := ADDR OPEN OUT
PEERS_FLAGS := CLIENT PLACEMENT CODEC WINDOW SIZE RESPONSES PROCS LATENCY QUEUE BANDWIDTH CONNBANDWIDTH FAULTS \
	ROUNDS OPS BUDGET SEED LABEL CHECK LIST OUT SOURCE JSON

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

RUN ?= latest
KIND ?= cpu
PROGRAM := .build/collatebench

# A variable counts only where it is given to make: what a shell happens to
# export as LABEL or OUT is none of ours.
given = $(filter command line,$(origin $(1)))
lower = $(shell printf %s '$(1)' | tr A-Z_ a-z-)
flags = $(foreach f,$(1),$(if $(call given,$(f)),--$(call lower,$(f))='$($(f))'))
need = $(if $(call given,$(1)),,$(error $(1) is missing: $(2)))

# make hands its variables to what it starts, where this one has a meaning of
# its own: it would tune the program and the upstream, not the client.
unexport GOGC

# A misspelt variable would start the default matrix: minutes of the wrong thing.
unknown := $(filter-out $(BENCH_FLAGS) $(WHY_FLAGS) $(DIAGNOSE_FLAGS) $(VERDICTS_FLAGS) $(VIEW_FLAGS) $(PEERS_FLAGS) OLD NEW RUN CELL KIND ADDR,$(foreach v,$(.VARIABLES),$(if $(call given,$(v)),$(v))))
$(if $(unknown),$(error no such variable: $(unknown); see make help))

.PHONY: bench why diagnose verdicts peers compare view pprof mockserver test check help program

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Variables, each the flag of that name:"
	@printf '%s\n' 'bench $(BENCH_FLAGS)' 'why CELL $(WHY_FLAGS)' 'diagnose $(DIAGNOSE_FLAGS)' 'verdicts $(VERDICTS_FLAGS)' 'peers $(PEERS_FLAGS)' \
		'compare OLD NEW' 'view RUN $(VIEW_FLAGS)' 'pprof RUN CELL KIND' | fold -s -w 76 | sed 's/^[A-Z]/    &/; s/^/    /'

bench: program ## run the matrix, print its tables, leave a run folder
	@$(PROGRAM) bench $(call flags,$(BENCH_FLAGS))

why: program ## prove which cause holds a cell back: CELL='placement=collector/window=32'
	$(call need,CELL,make why CELL='placement=collector/window=32')
	@$(PROGRAM) why '$(CELL)' $(call flags,$(WHY_FLAGS))

diagnose: program ## the verdict for any Go program: TRACE=trace.out or PPROF=http://127.0.0.1:6060
	@$(PROGRAM) diagnose $(call flags,$(DIAGNOSE_FLAGS))

verdicts: program ## hold why and diagnose to scenarios whose cause is known [SMALL=true SEEDS=1,2,3]
	@$(PROGRAM) verdicts $(call flags,$(VERDICTS_FLAGS))

peers: program ## compare this client with those in other languages [CLIENT=rust,cpp CHECK=./my-client]
	@$(PROGRAM) peers $(call flags,$(PEERS_FLAGS))

compare: program ## benchstat's tables of two runs: OLD=before NEW=latest
	$(call need,OLD,make compare OLD=before NEW=latest)$(call need,NEW,make compare OLD=before NEW=latest)
	@$(PROGRAM) compare '$(OLD)' '$(NEW)'

view: program ## all runs in a browser: reports, comparisons, profiles [RUN=latest ADDR=127.0.0.1:8080 OPEN=true]
	@$(PROGRAM) view $(if $(call given,RUN),'$(RUN)') $(call flags,$(VIEW_FLAGS))

pprof: program ## pprof's web UI: CELL='placement=collector/window=32' [RUN=latest KIND=heap]
	@$(PROGRAM) pprof '$(RUN)' $(if $(CELL),'$(CELL)') --kind='$(KIND)'

mockserver: program ## serve the upstream alone
	@$(PROGRAM) mockserver $(call flags,LATENCY QUEUE BANDWIDTH CONNBANDWIDTH FAULTS SEED BODY ADDR)

program: # the program, built anew where its source has changed
	@go build -o $(PROGRAM) ./cmd/collatebench

test: ## the tests; needs only Go
	go test ./...

check: ## format, vet, staticcheck, vulnerabilities, rooms, tests with the race detector
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go mod tidy -diff
	scripts/vulnerabilities.sh
	scripts/rooms.sh
	go test -race ./...
