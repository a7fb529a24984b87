# The short way to the program. Each variable that is given to make is the flag
# of its name: make bench WINDOW=1,8,64 VIRTUAL_CORES=16 is
# collatebench bench --window=1,8,64 --virtual-cores=16. Flags are not listed
# here: the program refuses one that it does not have, so that a misspelt
# variable does not start the default matrix, minutes of the wrong thing.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
PROGRAM := .build/collatebench

# A variable counts only where it is given to make: a shell may export LABEL or
# OUT for something else.
given := $(sort $(foreach v,$(.VARIABLES),$(if $(filter command line,$(origin $(v))),$(v))))

# make hands what it is given to the environment of what it starts, where GOGC
# has a meaning of its own: it would tune the program and the upstream, not the
# client.
unexport $(given)

commands := bench why diagnose verdicts peers compare baseline merge history view pprof mockserver record
$(if $(given),$(if $(filter $(commands) image,$(MAKECMDGOALS)),,$(error no target here takes $(given); see make help)))

quote = '$(subst ','\'',$(1))'
flag = --$(shell printf %s '$(1)' | tr A-Z_ a-z-)=$(call quote,$($(1)))
# flags are what is given but for the variables in $(1), which are arguments.
flags = $(foreach v,$(filter-out $(1),$(given)),$(call flag,$(v)))
need = $(if $(filter $(1),$(given)),,$(error $(1) is missing: $(2)))
run = $(if $(filter RUN,$(given)),$(call quote,$(RUN)),$(1))

.PHONY: $(commands) image quick test lint check help program

# formatted fails where gofmt would change a file.
formatted = unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; }

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Each variable is the flag of its name: make bench VIRTUAL_CORES=16 is"
	@echo "  collatebench bench --virtual-cores=16. make bench HELP=true lists those of bench."

bench: program ## run the matrix, print its tables, leave a run folder [REPLAY=api]
	@$(PROGRAM) bench $(call flags)

why: program ## prove which cause holds a cell back: CELL='placement=collector/window=32'
	$(call need,CELL,make why CELL='placement=collector/window=32')
	@$(PROGRAM) why $(call quote,$(CELL)) $(call flags,CELL)

diagnose: program ## the verdict for your program: PID=4711, or of a Go one TRACE=trace.out or PPROF=http://127.0.0.1:6060
	@$(PROGRAM) diagnose $(call flags)

verdicts: program ## hold why and diagnose to scenarios whose cause is known [SMALL=true SEEDS=1,2,3]
	@$(PROGRAM) verdicts $(call flags)

peers: program ## compare this client with those in other languages [CLIENT=rust,cpp CHECK=./my-client]
	@$(PROGRAM) peers $(call flags)

compare: program ## what changed between two runs: OLD=before NEW=latest, or run two versions: REF=main or REF=v1,main [FAIL_OVER=5% FORMAT=markdown]
	$(if $(filter REF BINARY HELP,$(given)),,$(call need,OLD,make compare OLD=before NEW=latest)$(call need,NEW,make compare OLD=before NEW=latest))
	@$(PROGRAM) compare $(foreach v,OLD NEW,$(if $(filter $(v),$(given)),$(call quote,$($(v))))) $(call flags,OLD NEW)

baseline: program ## keep a run under a name, to compare others with: NAME=main [RUN=latest FORCE=true]
	$(call need,NAME,make baseline NAME=main)
	@$(PROGRAM) baseline save $(call quote,$(NAME)) $(call run,latest) $(call flags,NAME RUN)

merge: program ## make one run of the shards in a folder: RUN=/results
	$(call need,RUN,make merge RUN=/results)
	@$(PROGRAM) merge $(call quote,$(RUN)) $(call flags,RUN)

history: program ## each cell over all runs, and the runs at which it changed [CELL=placement=pool/window=32]
	@$(PROGRAM) history $(call flags)

view: program ## all runs in a browser: reports, comparisons, profiles [RUN=latest ADDR=127.0.0.1:8080 OPEN=true]
	@$(PROGRAM) view $(call run) $(call flags,RUN)

pprof: program ## pprof's web UI: CELL='placement=collector/window=32' [RUN=latest KIND=heap]
	@$(PROGRAM) pprof $(call run,latest) $(if $(filter CELL,$(given)),$(call quote,$(CELL))) $(call flags,RUN CELL)

record: program ## stand before your upstream and record it: TO=https://api.example.com [LISTEN=127.0.0.1:9000 OUT=api]
	$(call need,TO,make record TO=https://api.example.com)
	@$(PROGRAM) record $(call flags)

mockserver: program ## serve the upstream alone [ADDR=127.0.0.1:8080 LATENCY=10ms QUEUE=4 REPLAY=api]
	@$(PROGRAM) mockserver $(call flags)

program: # the program, built anew where its source has changed
	@go build -o $(PROGRAM) ./cmd/collatebench

quick: ## format, vet, and the tests without processes, browsers and other languages
	@$(formatted)
	go vet ./...
	go test -short ./...

image: ## build the container image of scripts/kubernetes [IMAGE=collatebench:latest ARCH=arm64]
	@scripts/image.sh $(call quote,$(or $(IMAGE),collatebench:latest)) $(ARCH)

test: ## the tests; needs only Go
	go test ./...

lint: ## format, vet, staticcheck, vulnerabilities, rooms
	@$(formatted)
	go vet ./...
	go run $(STATICCHECK) ./...
	go mod tidy -diff
	scripts/vulnerabilities.sh
	scripts/rooms.sh

check: lint ## lint, and the tests with the race detector
	go test -race ./...
