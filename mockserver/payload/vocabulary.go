package payload

// The vocabulary of made records. Changing it changes every made payload and its digest.

var words = [...]string{
	"a", "after", "again", "all", "along", "already", "and", "another", "any", "arrival", "as",
	"at", "back", "balance", "batch", "before", "behind", "below", "between", "bridge", "bright",
	"but", "by", "carried", "carrier", "change", "checked", "city", "clear", "closed", "coast",
	"cold", "common", "container", "corner", "count", "courier", "customer", "daily", "dark",
	"deadline", "delivery", "depot", "detour", "direct", "district", "dock", "driver", "during",
	"early", "east", "empty", "engine", "enough", "estimate", "evening", "every", "exact",
	"express", "far", "ferry", "few", "final", "first", "five", "for", "forecast", "fourth",
	"fragile", "freight", "from", "front", "full", "garden", "gate", "glass", "goods", "green",
	"half", "handling", "harbour", "heavy", "held", "high", "hour", "in", "inspection", "inside",
	"into", "invoice", "island", "it", "journey", "junction", "keeper", "label", "large", "last",
	"late", "left", "letter", "light", "little", "loaded", "local", "long", "lost", "low", "main",
	"market", "measured", "mid-week", "missing", "moved", "narrow", "near", "never", "next",
	"night", "no", "north", "noted", "now", "of", "office", "often", "old", "on", "one", "only",
	"open", "order", "other", "out", "over", "package", "paid", "pallet", "paper", "parcel",
	"partial", "passenger", "pending", "per", "pier", "platform", "port", "promised", "quarter",
	"quiet", "quoted", "rail", "rain", "ready", "received", "recipient", "refused", "regional",
	"repair", "replacement", "return", "river", "road", "round", "route", "same", "schedule",
	"seal", "second", "sender", "sent", "seven", "shelf", "shipment", "short", "signed", "since",
	"six", "slow", "small", "snow", "so", "sorted", "south", "spare", "station", "steel",
	"still", "storage", "store", "street", "summer", "supplier", "temperature", "ten", "terminal",
	"than", "that", "the", "then", "third", "this", "three", "through", "timber", "to", "today",
	"tomorrow", "tonne", "towards", "traffic", "train", "transfer", "truck", "twelve", "two",
	"under", "unloaded", "until", "up", "urgent", "van", "village", "waiting", "warehouse",
	"warning", "was", "week", "weighed", "west", "which", "wide", "winter", "with", "without",
	"yard", "year", "yellow", "yesterday",
}

// Words that are not ASCII, or that JSON has to escape. One in twenty-four is one of these.
var oddWords = [...]string{
	"café", "Zürich", "São", "Łódź", "Αθήνα", "склад", "東京", "배송", "🚚", "–", "½", "°C",
	"\"as agreed\"", "\"fragile\"", `C:\orders\in`, "\n", "\t", "\\", "a/b",
}

var nameHeads = [...]string{
	"Amber", "Birch", "Café", "Delta", "Eagle", "Fjörd", "Granite", "Harbour", "Indigo", "Juniper",
	"Königs", "Lantern", "Maple", "Northern", "Olive", "Pálma", "Quartz", "Rowan", "Silver", "Tundra",
}

var nameTails = [...]string{
	"& Sons", "Carriers", "Depot", "Exchange", "Foods", "Haulage", "Imports", "Lines", "Logistics",
	"Metals", "Outfitters", "Papers", "Post", "Supply", "Textiles", "Works",
}

var tagNames = [...]string{
	"archived", "bulk", "cold-chain", "customs", "damaged", "domestic", "export", "fragile",
	"high-value", "import", "insured", "oversize", "perishable", "priority", "recurring",
	"refund", "return", "sample", "seasonal", "third-party", "urgent", "verified", "weekend",
}

// An attribute is a name and the values that it can have.
type attribute struct {
	name   string
	values []string
}

// attributes are a prime number, so that any step through them comes to each.
var attributes = [...]attribute{
	{"account", []string{"key account", "monthly", "prepaid", "trial", "wholesale"}},
	{"batch", []string{"2024-A", "2024-B", "2025-A", "2025-B", "reworked"}},
	{"carrier", []string{"air", "barge", "bicycle", "rail", "road", "sea"}},
	{"channel", []string{"front desk", "mobile", "partner", "reseller", "telephone", "web"}},
	{"colour", []string{"amber", "crème", "navy", "sand", "violet", "white"}},
	{"country", []string{"AT", "CA", "CH", "DE", "ES", "FI", "FR", "GB", "JP", "PL", "SE", "US"}},
	{"currency", []string{"CAD", "CHF", "EUR", "GBP", "JPY", "PLN", "SEK", "USD"}},
	{"department", []string{"back office", "claims", "dispatch", "purchasing", "returns"}},
	{"material", []string{"aluminium", "brass", "cedar", "cotton", "glass", "oak", "steel"}},
	{"origin", []string{"Antwerpen", "Gdańsk", "Hamburg", "Malmö", "Rotterdam", "Turku"}},
	{"owner", []string{"A. Lindqvist", "C. Moreau", "J. Okafor", "M. Tanaka", "S. Brandt"}},
	{"region", []string{"central", "east coast", "highlands", "islands", "north", "south"}},
	{"shelf", []string{"left bay 2", "left bay 7", "mezzanine", "north hall", "south hall"}},
	{"sku", []string{"AX-1180", "BK-0047", "DR-9205", "LM-3316", "QZ-7402", "TV-5561"}},
	{"source", []string{"catalogue", "import", "manual entry", "scanner", "tender"}},
	{"status", []string{"accepted", "delivered", "en route", "held at customs", "in review", "returned"}},
	{"warehouse", []string{"Docklands", "Østhavn", "Ringway", "Südtor", "Westfield"}},
}
