// Reads a JSON list of calendar texts from standard input with ical.js (its file is the argument); writes what it read.
const ICAL = require(process.argv[2]);
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  return calendar.getAllSubcomponents("vevent").map(told);
}

function told(vevent) {
  const event = new ICAL.Event(vevent);
  return {
    uid: event.uid,
    starts_at: event.startDate.toUnixTime(),
    ends_at: event.endDate.toUnixTime(),
    summary: event.summary,
    description: event.description,
    location: event.location,
    organizer: event.organizer,
    attendees: vevent.getAllProperties("attendee").map((attendee) => attendee.getFirstValue()),
  };
}

process.stdout.write(JSON.stringify(texts.map(read)));
