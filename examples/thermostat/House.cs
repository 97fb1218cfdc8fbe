using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

/// <summary>
/// A house that a heater warms and the winter cools, five minutes a step. Comfort counts beside the gas that is burned: the reward is
/// -((room - 21)^2 + 0.5 power) / 10.
/// </summary>
public sealed class House : IEnvironment
{
    private const double Wanted = 21, MinutesPerStep = 5, MinutesPerDay = 1440;
    private RandomStream _stream = new(0);
    private double _room, _minute, _coldest;

    /// <summary>Room and outside in tens of degrees above 21, which is of a size that networks like; the hour as a point on a circle.</summary>
    public Space ObservationSpace { get; } = new Box([-5, -5, -1, -1], [5, 5, 1, 1]);

    /// <summary>Power of the heater in kilowatts.</summary>
    public Space ActionSpace { get; } = new Box([0], [3]);

    private double Angle => 2 * Math.PI * _minute / MinutesPerDay;

    private double Outside => _coldest + (5 * (1 - Math.Cos(Angle)));

    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long number)
            _stream = new RandomStream(number);
        (_room, _minute, _coldest) = (_stream.Uniform(15, 25), MinutesPerDay * _stream.Uniform(), _stream.Uniform(-10, 0));
        Observe(observation);
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        ActionCheck.Box("House", action, 1);
        double power = Math.Clamp(action[0], 0, 3);
        _room += MinutesPerStep / 60 * ((4 * power) - (0.3 * (_room - Outside)));
        _minute = (_minute + MinutesPerStep) % MinutesPerDay;
        Observe(observation);
        double off = _room - Wanted;
        return new StepResult(-((off * off) + (0.5 * power)) / 10, Terminated: false, Truncated: false);
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("room", ref _room);
        archive.Value("minute", ref _minute);
        archive.Value("coldest", ref _coldest);
        _stream.Serialize(archive);
    }

    public void Dispose()
    {
    }

    private void Observe(Span<double> observation)
    {
        (observation[0], observation[1]) = ((_room - Wanted) / 10, (Outside - Wanted) / 10);
        (observation[2], observation[3]) = (Math.Cos(Angle), Math.Sin(Angle));
    }
}
