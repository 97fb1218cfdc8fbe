using Dyad.Core;
using Dyad.Studies.Definitions;
using Dyad.Studies.Files;

namespace Dyad.Studies;

/// <summary>The studies that <c>dyad reproduce</c> knows.</summary>
public static class StudyCatalog
{
    /// <summary>All studies, in the order of a listing.</summary>
    public static IReadOnlyList<Study> All { get; } =
    [
        new Wen2021Figure1(),
        new Wen2021Figure1Sensitivity(),
        new Wen2021Figure2(),
        new Wen2021Figure4(),
        new Wen2021Table1(),
        new Wen2021Theorems(),
        .. FileStudies.Under("wen2021"),
        new Zheng2021Figure1(),
        new Zheng2021Figure2(),
        new Zheng2021Theorem2(),
        new Zheng2021Theorems(),
        new Zheng2021BatchSize(),
        new Zheng2021Foresight(),
        new Zheng2021Equilibria(),
        new Zheng2021Conditioning("pendulum", "Pendulum-v1", steps: (1_500, 10_000), seeds: 5),
        new Zheng2021Conditioning("half-cheetah", "HalfCheetah-v4", steps: (1_500, 20_000), seeds: 3),
        .. FileStudies.Under("stackelberg"),
        .. FileStudies.Under("zheng2021"),
        .. FileStudies.Under("zheng2021w"),
        .. FileStudies.Under("finite"),
        new GapFourRoom(),
        .. GapStudy.All,
        new LectureSoftPolicyIteration(),
        new LectureStein(),
    ];

    /// <summary>A study by its name; those that are files are in <c>studies/</c> and part of the build.</summary>
    /// <exception cref="UserError">There is no such study; the sentence names those there are.</exception>
    public static Study Find(string name) => All.FirstOrDefault(study => study.Name == name)
        ?? throw new UserError($"there is no study '{name}'; {NearNames.Hint(name, [.. All.Select(study => study.Name)])}");
}
