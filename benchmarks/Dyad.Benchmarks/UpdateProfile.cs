using System.Collections;
using System.Diagnostics;
using System.Reflection;
using Dyad.Autodiff;

namespace Dyad.Benchmarks;

/// <summary>Where the time of an update goes: equal instructions of its programs as one row, and what stands between programs.</summary>
/// <param name="Label">What is computed.</param>
/// <param name="Count">How many of them an update has.</param>
/// <param name="Time">Microseconds of all of them in an update, first decile over the rounds.</param>
/// <param name="Floor">Their counted matrix work at the core's peak, microseconds.</param>
public sealed record ProfileRow(string Label, int Count, double Time, double Floor);

/// <summary>Puts a clock around each instruction of an agent's programs and runs its update many times.</summary>
public static class UpdateProfile
{
    private const int Rounds = 2001;

    /// <summary>The rows, the largest share above its floor first; what the clock itself costs is taken off.</summary>
    /// <param name="owner">What holds the programs, at any depth.</param>
    /// <param name="update">One update.</param>
    /// <param name="outside">Names of what stands before the first program, between programs, and after the last.</param>
    public static IReadOnlyList<ProfileRow> Measure(object owner, Action update, IReadOnlyList<string> outside)
    {
        var clock = new Clock();
        foreach (CompiledProgram program in Programs(owner))
        {
            bool first = true;
            program.Wrap(instruction =>
            {
                var timed = new Timed(instruction, clock, first);
                first = false;
                return timed;
            });
        }

        Harness.WarmUp(() => clock.Round(update));
        clock.Reset();
        List<double> peaks = [];
        for (int i = 0; i < Rounds; i++)
        {
            clock.Round(update);
            if (i % 20 == 0)
            {
                peaks.Add(PeakProbe.Measure());
            }
        }

        double peak = 1 / Quiet(peaks.ConvertAll(x => 1 / x));

        // One reading of the clock lies inside of each interval.
        double reading = clock.Order.Where(x => !x.OpensProgram).Min(x => Quiet(x.Gaps));
        List<(string Label, List<double> Times, double Flop)> parts = [.. clock.Order.Select(x => (x.Label, x.Times, x.Inner.Flop ?? 0))];
        int next = 0;
        parts.AddRange(clock.Order.Where(x => x.OpensProgram).Select(x => (outside[Math.Min(next++, outside.Count - 1)], x.Gaps, 0.0)));
        parts.Add((outside[^1], clock.Ends, 0.0));
        return
        [
            .. parts.GroupBy(x => x.Label)
                .Select(rows => new ProfileRow(rows.Key, rows.Count(), rows.Sum(x => Math.Max(0, Quiet(x.Times) - reading)), rows.Sum(x => x.Flop) / peak * 1e6))
                .OrderByDescending(x => x.Time - x.Floor),
        ];
    }

    // Finer than a TimeSpan.
    private static double Microseconds(long start, long end) => (end - start) * 1e6 / Stopwatch.Frequency;

    // The first decile: other work on the machine only ever adds.
    private static double Quiet(List<double> values) => values.Order().ElementAt(values.Count / 10);

    // Agents show what they compute, not how: the programs are found by their fields.
    private static List<CompiledProgram> Programs(object owner)
    {
        var found = new List<CompiledProgram>();
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<object>([owner]);
        while (open.TryPop(out object? x))
        {
            if (x is string or Pointer || x.GetType().IsPrimitive || x.GetType().IsEnum || (!x.GetType().IsValueType && !seen.Add(x)))
            {
                continue;
            }

            if (x is CompiledProgram program)
            {
                found.Add(program);
                continue;
            }

            if (x is IEnumerable list and not IDictionary && x.GetType().IsArray && x.GetType().GetElementType()!.IsPrimitive)
            {
                continue;
            }

            if (x is IEnumerable items && (x.GetType().IsArray || x is IList))
            {
                foreach (object? item in items)
                {
                    Push(item);
                }
            }

            for (Type? type = x.GetType(); type is not null && type != typeof(object); type = type.BaseType)
            {
                if (type.Namespace?.StartsWith("Dyad", StringComparison.Ordinal) != true && x is not Delegate)
                {
                    break;
                }

                foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    if (!field.FieldType.IsPointer && !field.FieldType.IsByRefLike)
                    {
                        Push(field.GetValue(x));
                    }
                }
            }
        }

        return found;

        void Push(object? x)
        {
            if (x is not null)
            {
                open.Push(x);
            }
        }
    }

    private sealed class Clock
    {
        private bool _measures;

        public long Last { get; set; }

        public List<Timed> Order { get; } = [];

        public List<double> Ends { get; } = [];

        public void Round(Action update)
        {
            _measures = true;
            Last = Stopwatch.GetTimestamp();
            update();
            Ends.Add(Microseconds(Last, Stopwatch.GetTimestamp()));
            _measures = false;
        }

        public void Take(Timed timed, long start, long end)
        {
            if (_measures)
            {
                if (timed.Times.Count == 0)
                {
                    Order.Add(timed);
                }

                timed.Gaps.Add(Microseconds(Last, start));
                timed.Times.Add(Microseconds(start, end));
                Last = Stopwatch.GetTimestamp();
            }
        }

        public void Reset()
        {
            foreach (Timed timed in Order)
            {
                timed.Gaps.Clear();
                timed.Times.Clear();
            }

            Order.Clear();
            Ends.Clear();
        }
    }

    private sealed class Timed : Instruction
    {
        private readonly Clock _clock;

        public Timed(Instruction inner, Clock clock, bool opensProgram)
        {
            (Inner, _clock, OpensProgram) = (inner, clock, opensProgram);
            Label = inner.Label;
        }

        public Instruction Inner { get; }

        public bool OpensProgram { get; }

        public List<double> Times { get; } = [];

        public List<double> Gaps { get; } = [];

        public override double? Flop => Inner.Flop;

        public override void Run()
        {
            long start = Stopwatch.GetTimestamp();
            Inner.Run();
            _clock.Take(this, start, Stopwatch.GetTimestamp());
        }
    }
}
