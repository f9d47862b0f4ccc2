// As patterns, so that a JSON Schema accepts exactly the days of the calendar. The 29th of February exists in years
// that four divides, but of whole centuries only in those that 400 divides.
const leapYear = '(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)'
const longMonth = '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])'
const shortMonth = '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)'
const february = '02-(?:0[1-9]|1\\d|2[0-8])'

/** The days of the years 0000 to 9999, `YYYY-MM-DD`. */
export const dayPattern = `(?:${leapYear}-02-29|\\d{4}-(?:${longMonth}|${shortMonth}|${february}))`

/** The milliseconds of those days in UTC. */
export const instantPattern = `${dayPattern}T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d\\.\\d{3}Z`
