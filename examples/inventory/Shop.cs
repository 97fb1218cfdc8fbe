using Dyad.Core;
using Dyad.Environments;
using Dyad.Numerics;

/// <summary>
/// A shop orders every evening what it sells the next days, and the order arrives on the second morning. A piece brings 5 and costs 2, a
/// night on the shelf costs 0.1, and a delivery 3. Rewards are in tens.
/// </summary>
/// <param name="discrete">Whether orders are one of 0, 5, 10, ... 40, or any amount in [0, 40].</param>
public sealed class Shop(bool discrete) : IEnvironment
{
    private const int Shelf = 80, Largest = 40, Pack = 5, MeanDemand = 10;
    private RandomStream _stream = new(0);
    private double _stock, _coming;

    /// <summary>Pieces on the shelf, and pieces under way.</summary>
    public Space ObservationSpace { get; } = new Box([0, 0], [1, 1]);

    /// <summary>The order: asymmetric bounds, or a number of packs.</summary>
    public Space ActionSpace { get; } = discrete ? new Discrete((Largest / Pack) + 1) : new Box([0], [Largest]);

    public void Reset(Span<double> observation, long? seed = null)
    {
        if (seed is long number)
            _stream = new RandomStream(number);
        (_stock, _coming) = (_stream.Index(30), 0);
        Observe(observation);
    }

    public StepResult Step(ReadOnlySpan<double> action, Span<double> observation)
    {
        double order = discrete ? Pack * ActionCheck.Discrete("Shop", action, (Largest / Pack) + 1) : Amount(action);
        double demand = Demand(), sold = Math.Min(_stock, demand);
        _stock = Math.Min(Shelf, _stock - sold + _coming);
        _coming = order;
        Observe(observation);
        double profit = (5 * sold) - (2 * order) - (0.1 * _stock) - (order >= 0.5 ? 3 : 0);
        return new StepResult(profit / 10, Terminated: false, Truncated: false);
    }

    public void Serialize(StateArchive archive)
    {
        archive.Value("stock", ref _stock);
        archive.Value("coming", ref _coming);
        _stream.Serialize(archive);
    }

    public void Dispose()
    {
    }

    private static double Amount(ReadOnlySpan<double> action)
    {
        ActionCheck.Box("Shop", action, 1);
        return Math.Clamp(action[0], 0, Largest);
    }

    // Poisson by counting exponential gaps.
    private double Demand()
    {
        int count = 0;
        for (double sum = 0; (sum -= Math.Log(1 - _stream.Uniform())) < MeanDemand;)
            count++;
        return count;
    }

    private void Observe(Span<double> observation) => (observation[0], observation[1]) = (_stock / Shelf, _coming / Largest);
}
