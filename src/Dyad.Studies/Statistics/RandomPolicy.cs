using Dyad.Environments;
using Dyad.Environments.Locating;
using Dyad.Numerics;

namespace Dyad.Studies;

/// <summary>What actions drawn uniformly bring: the zero of a scale on which methods are compared.</summary>
internal static class RandomPolicy
{
    /// <summary>Episodes that are played.</summary>
    public const int Episodes = 100;

    /// <summary>The share of a line's improvement over the random policy that counts as no difference.</summary>
    public const double Share = 0.1;

    /// <summary>Mean undiscounted return of episodes of a task of the registry, as neural methods see it.</summary>
    public static double MeanReturn(string environment)
    {
        using IEnvironment task = TaskLocator.FindForAgents(environment).CreateForAgents();
        RandomStream stream = new RandomStream(0).Split("random policy");
        double[] observation = new double[task.ObservationSpace.Size], action = new double[task.ActionSpace.Size];
        double sum = 0;
        for (int i = 0; i < Episodes; i++)
        {
            task.Reset(observation, i);
            StepResult result;
            do
            {
                task.ActionSpace.Sample(stream, action);
                result = task.Step(action, observation);
                sum += result.Reward;
            }
            while (!result.Done);
        }

        return sum / Episodes;
    }

    /// <summary>
    /// The margin of claims of non-inferiority and equivalence to a line: a tenth of its improvement over the random policy; null
    /// where it is no improvement.
    /// </summary>
    public static double? Margin(double reference, double random) => reference > random ? Share * (reference - random) : null;

    /// <summary>The margin in words.</summary>
    /// <param name="margin">What <see cref="Margin"/> answered.</param>
    /// <param name="line">Name of the line.</param>
    /// <param name="random">The random policy's return.</param>
    /// <param name="format">Format of numbers.</param>
    public static string Words(double? margin, string line, double random, string format) => margin is { } value
        ? $"margin {value.ToString(format, null)}, a tenth of {line}'s improvement over the random policy's {random.ToString(format, null)}"
        : $"no verdict, since {line} is not above the random policy's {random.ToString(format, null)}";
}
