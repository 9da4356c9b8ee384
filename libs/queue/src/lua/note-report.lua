-- Notes how a report stands. ARGV[5] revision, [6] state, [7] what the history is told, or empty. What is told of an
-- older revision than the one that placed the study is out of date.
if tonumber(redis.call('HGET', studyKey, 'foundRevision') or '0') > tonumber(ARGV[5]) then return 0 end
if redis.call('HGET', studyKey, 'report') ~= ARGV[6] then
  redis.call('HSET', studyKey, 'report', ARGV[6])
  if ARGV[7] ~= '' then remember({ event = ARGV[7], at = now(), revision = tonumber(ARGV[5]) }) end
end
changed()
return 1
